#include "common/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace jpki::app {

int write_whole(const std::string& path, const std::string& contents, bool replace) {
    // Beside it first: whatever goes wrong, what was there stays.
    const std::string beside = path + "." + std::to_string(::getpid()) + ".new";
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) return errno;
    const ssize_t written = ::write(file, contents.data(), contents.size());
    const bool whole = written == static_cast<ssize_t>(contents.size()) && ::fsync(file) == 0;
    const bool closed = ::close(file) == 0;
    // link() refuses an existing name, rename() replaces it.
    const bool placed =
        whole && closed &&
        (replace ? ::rename(beside.c_str(), path.c_str()) : ::link(beside.c_str(), path.c_str())) == 0;
    const int error = placed ? 0 : errno;
    if (!placed || !replace) (void)::unlink(beside.c_str());
    return error;
}

}  // namespace jpki::app
