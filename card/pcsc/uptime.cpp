#include "pcsc/uptime.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace jpki::card::pcsc {

// A pcscd writes its process id here before it serves anybody, and never again. (The socket would not do:
// systemd makes it long before pcscd is started. Nor would the process behind it, for the same reason.)
Duration service_uptime() noexcept {
    constexpr std::size_t kLongest = 128;  // more than a socket's address has room for
    constexpr const char* kUsual = "/run/pcscd/pcscd.comm";
    const char* named = ::secure_getenv("PCSCLITE_CSOCK_NAME");
    const char* socket = named != nullptr ? named : kUsual;
    const char* slash = std::strrchr(socket, '/');
    if (slash == nullptr) return {};
    std::array<char, kLongest> file{};
    const int length =
        std::snprintf(file.data(), file.size(), "%.*s/pcscd.pid", static_cast<int>(slash - socket), socket);
    struct stat facts{};
    if (length < 0 || static_cast<std::size_t>(length) >= file.size() || ::stat(file.data(), &facts) != 0)
        return {};
    const auto written =
        std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::max(Duration{}, std::chrono::duration_cast<Duration>(now - written));
}

}  // namespace jpki::card::pcsc
