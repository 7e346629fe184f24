#include "common/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "waist/visible.hpp"

namespace jpki::app {

int put(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (count < 0 && errno == EAGAIN) {
            // Whoever shares this file with us has made it so.
            pollfd writable{file, POLLOUT, 0};
            (void)::poll(&writable, 1, -1);
        } else if (count == 0 || errno != EINTR) {
            return count == 0 ? EIO : errno;
        }
    }
    return 0;
}

int show(int file, std::string_view lines) { return put(file, visible_lines(lines)); }

void wipe_line(int file) { (void)put(file, "\r\033[K"); }

void keep_first_three() {
    int file = 0;
    while ((file = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && file <= STDERR_FILENO) {
    }
    if (file >= 0) (void)::close(file);
}

}  // namespace jpki::app
