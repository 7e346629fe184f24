#include "document/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/progress.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18U;
constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

Failure unreadable(const std::string& name, int error) {
    return {Exit::failed, say(Text::cannot_read, name, reason_of(error))};
}

// A terminal is read from, too, where somebody types.
bool has_an_end(int file, const struct stat& status) {
    return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
           ::isatty(file) == 1;
}

}  // namespace

Input::Input(std::string path)
    : path_(std::move(path)),
      file_(is_standard() ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                          : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {
    if (file_ < 0) throw unreadable(name(), errno);
    struct stat status{};
    const int error = ::fstat(file_, &status) == 0 ? (S_ISDIR(status.st_mode) ? EISDIR : 0) : errno;
    const bool readable = error == 0 && has_an_end(file_, status);
    if (!readable) {
        (void)::close(file_);
        if (error != 0) throw unreadable(name(), error);
        throw Failure(Exit::failed, say(Text::no_regular_input, name()));
    }
}

Input::~Input() { (void)::close(file_); }

std::string Input::name() const { return is_standard() ? say(Text::standard_input) : path_; }

bool Input::read_piece(Bytes& piece) {
    piece.resize(kPiece);
    ssize_t count = 0;
    do {
        count = ::read(file_, piece.data(), piece.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw unreadable(name(), errno);
    piece.resize(static_cast<std::size_t>(count));
    return count > 0;
}

void Input::read_up_to(std::size_t size) {
    Bytes piece;
    while (!whole_ && bytes_.size() < size) {
        whole_ = !read_piece(piece);
        bytes_.insert(bytes_.end(), piece.begin(), piece.end());
    }
}

void Input::rewind() {
    if (::lseek(file_, 0, SEEK_SET) != 0) throw Failure(Exit::failed, say(Text::read_once, name()));
    bytes_.clear();
    whole_ = false;
    passed_ = false;
}

ByteView Input::beginning(std::size_t most) {
    if (passed_) rewind();
    read_up_to(most);
    return ByteView(bytes_).first(std::min(most, bytes_.size()));
}

const Bytes& Input::all(std::size_t most) {
    if (passed_) rewind();
    read_up_to(most + 1);
    if (bytes_.size() > most)
        throw Failure(Exit::failed, say(Text::too_large_to_read, name(), most / kMegabyte));
    return bytes_;
}

const Bytes& Input::digest(const EVP_MD* hash) {
    const auto known = digests_.find(EVP_MD_get0_name(hash));
    if (known != digests_.end()) return known->second;
    if (passed_) rewind();
    struct stat status{};
    const bool file = ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
    Progress progress(text(Text::progress_reading), file ? static_cast<std::uintmax_t>(status.st_size) : 0);
    RunningDigest running(hash);
    running.add(bytes_);
    progress.add(bytes_.size());
    Bytes piece;
    while (!whole_ && read_piece(piece)) {
        passed_ = true;
        running.add(piece);
        progress.add(piece.size());
    }
    return digests_[EVP_MD_get0_name(hash)] = running.value();
}

Bytes read_file(const std::string& path, std::size_t most) { return Input(path).all(most); }

}  // namespace jpki::app
