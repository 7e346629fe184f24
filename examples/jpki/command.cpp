#include "command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "failure.hpp"
#include "text.hpp"

namespace jpki::app {

Module& Context::module() {
    if (!loaded) loaded = std::make_unique<Module>(module_path);
    return *loaded;
}

void write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw Failure(Exit::failed, say(Text::cannot_write, "stdout", std::strerror(errno)));
}

// Names of files and readers need not be UTF-8.
std::string to_text(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write(const Json& json) { write(to_text(json)); }

void warn(const std::string& line) { (void)std::fputs(("jpki: " + line + "\n").c_str(), stderr); }

Octets read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure(Exit::failed, say(Text::cannot_read, path, std::strerror(errno)));
    Octets contents{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw Failure(Exit::failed, say(Text::cannot_read, path, std::strerror(errno)));
    return contents;
}

void write_file(const std::string& path, const std::string& contents, bool replace) {
    const auto fail = [&path] {
        throw Failure(errno == EEXIST ? Exit::refused : Exit::failed,
                      errno == EEXIST ? say(Text::file_exists, path)
                                      : say(Text::cannot_write, path, std::strerror(errno)));
    };
    // Beside it first: whatever goes wrong, what was there stays.
    const std::string beside = path + "." + std::to_string(::getpid()) + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) fail();
    const ssize_t written = ::write(file, contents.data(), contents.size());
    const bool whole = written == static_cast<ssize_t>(contents.size()) && ::fsync(file) == 0;
    const bool closed = ::close(file) == 0;
    // link() refuses an existing name, rename() replaces it.
    const bool placed =
        whole && closed &&
        (replace ? ::rename(beside.c_str(), path.c_str()) : ::link(beside.c_str(), path.c_str())) == 0;
    const int error = errno;
    if (!placed || !replace) (void)::unlink(beside.c_str());
    errno = error;
    if (!placed) fail();
}

}  // namespace jpki::app
