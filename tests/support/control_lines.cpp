#include "control_lines.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "virtual/descriptor.hpp"

namespace jpki::testing {
namespace {

constexpr std::size_t kLongestLine = 4096;

void serve(const AnswerLine& answer, const vcard::Descriptor& client) {
    std::string input;
    char byte = 0;
    while (input.size() <= kLongestLine && ::recv(client.number(), &byte, 1, 0) == 1) {
        if (byte != '\n') {
            input += byte;
            continue;
        }
        const std::string out = answer(input) + "\n";
        if (::send(client.number(), out.data(), out.size(), MSG_NOSIGNAL) < 0) return;
        input.clear();
    }
}

}  // namespace

bool serve_lines(const std::string& socket_path, AnswerLine answer) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    vcard::Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::unlink(socket_path.c_str());  // of a reader that was killed
    if (::bind(listener.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(socket_path.c_str(), 0600) != 0 || ::listen(listener.number(), 4) != 0) {
        return false;
    }
    // Signals are the program's own affair (it may be pcscd), not for a thread that it does not know.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([answer = std::move(answer), door = std::move(listener)] {
        for (;;) {
            const vcard::Descriptor client(::accept4(door.number(), nullptr, nullptr, SOCK_CLOEXEC));
            if (client) serve(answer, client);
        }
    }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return true;
}

}  // namespace jpki::testing
