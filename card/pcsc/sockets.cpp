#include "pcsc/sockets.hpp"

#include <dirent.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace jpki::card::pcsc {

namespace {

constexpr std::string_view kEnding = "/pcscd.comm";

// Read in children of fork() without a lock, so in pieces; a number of a torn entry meets no socket.
struct Entry {
    std::atomic<bool> taken{false};
    std::atomic<int> descriptor{-1};
    std::atomic<ino_t> inode{0};
};
constinit std::array<Entry, 64> g_ours;
constinit std::atomic<bool> g_watching{false};

ino_t inode_of(int descriptor) noexcept {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

// What pcscd calls its socket, which is not always where the program found it.
bool leads_to_pcscd(int descriptor) noexcept {
    sockaddr_un peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return false;
    if (peer.sun_family != AF_UNIX || length <= offsetof(sockaddr_un, sun_path)) return false;
    const std::string_view path(peer.sun_path, ::strnlen(peer.sun_path, sizeof peer.sun_path));
    const char* named = ::secure_getenv("PCSCLITE_CSOCK_NAME");
    return path.ends_with(kEnding) || (named != nullptr && path == named);
}

// In a child, before anything else runs in it: only what a signal handler may do.
void close_copies() noexcept {
    for (Entry& entry : g_ours) {
        const int descriptor = entry.descriptor.exchange(-1);
        const ino_t inode = entry.inode;
        if (descriptor >= 0 && inode != 0 && inode_of(descriptor) == inode) (void)::close(descriptor);
        entry.taken = false;
    }
}

}  // namespace

Connected::Connected() noexcept {
    DIR* const folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return;
    all_ = true;
    while (const dirent* entry = all_ ? ::readdir(folder) : nullptr) {
        const int descriptor = static_cast<int>(std::strtol(entry->d_name, nullptr, 10));
        if (!leads_to_pcscd(descriptor)) continue;
        all_ = count_ < kMost;
        if (all_) sockets_[count_++] = {descriptor, inode_of(descriptor)};
    }
    (void)::closedir(folder);
}

Socket Connected::only_new_since(const Connected& before) const noexcept {
    Socket found;
    if (!all_ || !before.all_) return found;
    const auto end_before = before.sockets_.begin() + static_cast<std::ptrdiff_t>(before.count_);
    for (std::size_t i = 0; i < count_; ++i) {
        if (std::find(before.sockets_.begin(), end_before, sockets_[i]) != end_before) continue;
        if (found.descriptor >= 0) return {};
        found = sockets_[i];
    }
    return found;
}

void keep_from_children(Socket socket) noexcept {
    if (socket.descriptor < 0) return;
    if (!g_watching.exchange(true) && ::pthread_atfork(nullptr, nullptr, &close_copies) != 0)
        g_watching = false;
    for (Entry& entry : g_ours) {
        if (entry.taken.exchange(true)) continue;
        entry.inode = socket.inode;
        entry.descriptor = socket.descriptor;
        return;
    }
}

void forget(Socket socket) noexcept {
    for (Entry& entry : g_ours) {
        if (socket.descriptor < 0 || entry.descriptor != socket.descriptor || entry.inode != socket.inode)
            continue;
        entry.descriptor = -1;
        entry.taken = false;
    }
}

}  // namespace jpki::card::pcsc
