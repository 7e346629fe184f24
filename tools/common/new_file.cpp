#include "common/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "common/output.hpp"

namespace jpki::app {

namespace {

constexpr mode_t kForAll = 0666;
constexpr mode_t kGroup = 0070;
constexpr int kMostNames = 100;

struct Place {
    std::string path;
    bool there = false;
    struct stat before{};
};

int find_place(const std::string& path, bool replace, Place& place) {
    place.path = path;
    if (::lstat(path.c_str(), &place.before) != 0) return errno == ENOENT ? 0 : errno;
    if (!replace) return EEXIST;
    if (S_ISLNK(place.before.st_mode)) {
        std::array<char, PATH_MAX> target{};
        if (::realpath(path.c_str(), target.data()) == nullptr) return errno;
        place.path = target.data();
        if (::lstat(target.data(), &place.before) != 0) return errno;
    }
    place.there = true;
    return S_ISREG(place.before.st_mode) ? 0 : kNoRegularFile;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

// A file beside another one, open and not yet by its name.
class Fresh {
  public:
    explicit Fresh(const Place& place) {
        const mode_t mode = place.there ? kForAll & place.before.st_mode : kForAll;
        for (int i = 0; i < kMostNames && file_ < 0; ++i) {
            // Not made from the file's own name, which may be as long as names can be.
            name_ = folder_of(place.path) + "/.jpki-" + std::to_string(::getpid()) + "-" + std::to_string(i) +
                    ".new";
            file_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
            if (file_ < 0 && errno != EEXIST) break;
        }
        if (file_ >= 0 && place.there) keep_owners(place.before);
    }
    Fresh(const Fresh&) = delete;
    Fresh& operator=(const Fresh&) = delete;
    ~Fresh() {
        const int error = errno;
        if (file_ >= 0) {
            (void)::close(file_);
            if (!name_.empty()) (void)::unlink(name_.c_str());
        }
        errno = error;
    }

    [[nodiscard]] bool is_there() const { return file_ >= 0; }

    // 0 or errno.
    int write(std::string_view contents) {
        const int error = put(file_, contents);
        return error != 0 ? error : ::fsync(file_) == 0 ? 0 : errno;
    }

    int move_to(const std::string& path, bool replace) {
        if (replace) {
            if (::rename(name_.c_str(), path.c_str()) != 0) return errno;
        } else if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
            if (errno != EINVAL && errno != ENOSYS) return errno;
            if (const int error = take_and_replace(path); error != 0) return error;
        }
        name_.clear();
        return 0;
    }

  private:
    // Who is in another group than the file's would have got its permissions.
    void keep_owners(const struct stat& before) const {
        struct stat now{};
        if (::fstat(file_, &now) != 0) return;
        if (now.st_uid == before.st_uid && now.st_gid == before.st_gid) return;
        if (::fchown(file_, before.st_uid, before.st_gid) == 0) return;
        if (now.st_gid != before.st_gid && ::fchown(file_, static_cast<uid_t>(-1), before.st_gid) != 0)
            (void)::fchmod(file_, now.st_mode & ~kGroup & kForAll);
    }

    // For file systems that cannot refuse an existing name while renaming: the name is taken first.
    int take_and_replace(const std::string& path) {
        const int taken = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (taken < 0) return errno;
        (void)::close(taken);
        if (::rename(name_.c_str(), path.c_str()) == 0) return 0;
        const int error = errno;
        (void)::unlink(path.c_str());
        return error;
    }

    std::string name_;
    int file_ = -1;
};

// Ctrl-C and its like end the program when the file is there, and no other beside it.
class SignalsWait {
  public:
    SignalsWait() {
        sigset_t ends;
        (void)::sigemptyset(&ends);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
            (void)::sigaddset(&ends, signal);
        (void)::pthread_sigmask(SIG_BLOCK, &ends, &before_);
    }
    SignalsWait(const SignalsWait&) = delete;
    SignalsWait& operator=(const SignalsWait&) = delete;
    ~SignalsWait() { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

// The name is in the folder, and the folder on the disk.
void keep_name(const std::string& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    (void)::fsync(file);
    (void)::close(file);
}

}  // namespace

int check_place(const std::string& path, bool replace) {
    Place place;
    if (const int error = find_place(path, replace, place); error != 0) return error;
    return ::access(folder_of(place.path).c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

int write_whole(const std::string& path, std::string_view contents, bool replace) {
    Place place;
    if (const int error = find_place(path, replace, place); error != 0) return error;
    const SignalsWait until_it_is_there;
    // A file larger than a limit of the user's is an error like a full disk.
    (void)std::signal(SIGXFSZ, SIG_IGN);
    Fresh fresh(place);
    if (!fresh.is_there()) return errno;
    if (const int error = fresh.write(contents); error != 0) return error;
    if (const int error = fresh.move_to(place.path, replace); error != 0) return error;
    keep_name(folder_of(place.path));
    return 0;
}

}  // namespace jpki::app
