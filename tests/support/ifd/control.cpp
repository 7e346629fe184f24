#include "control.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <sstream>
#include <thread>

namespace jpki::testing::ifd {
namespace {

using std::chrono::milliseconds;

using Announce = std::function<void(bool plugged_in)>;

std::string answer(Reader& reader, const Announce& announce, const std::string& line) {
    std::istringstream words(line);
    std::string command, call_name, stray;
    long number = 0;
    words >> command;
    const bool has_call = command == "slow" || command == "fail";
    if (has_call) words >> call_name;
    if (has_call || command == "mute") words >> number;
    if (!words || number < 0 || words >> stray) return "error: see control.hpp";
    const auto call = static_cast<Call>(std::ranges::find(kCallNames, call_name) - kCallNames.begin());
    if (has_call && static_cast<std::size_t>(call) == kCallNames.size()) return "error: no such call";
    if (command == "status") return reader.status();
    if (command == "unplug") {
        reader.unplug();
        announce(false);
    } else if (command == "plug") {
        reader.plug();
        announce(true);
    } else if (command == "slow") {
        reader.slow(call, milliseconds(number));
    } else if (command == "fail") {
        reader.fail(call, number);
    } else if (command == "mute") {
        reader.mute(milliseconds(number));
    } else if (command == "release") {
        reader.release();
    } else {
        return "error: no such command";
    }
    return "ok";
}

void serve(Reader& reader, const Announce& announce, const vcard::Descriptor& client) {
    std::string input;
    char octet = 0;
    while (::recv(client.number(), &octet, 1, 0) == 1) {
        if (octet != '\n') {
            input += octet;
            continue;
        }
        const std::string out = answer(reader, announce, input) + "\n";
        if (::send(client.number(), out.data(), out.size(), MSG_NOSIGNAL) < 0) return;
        input.clear();
    }
}

}  // namespace

bool serve_control(Reader& reader, const std::string& socket_path, Announce announce) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    vcard::Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::unlink(socket_path.c_str());  // of a pcscd that was killed
    if (::bind(listener.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(socket_path.c_str(), 0600) != 0 || ::listen(listener.number(), 4) != 0) {
        return false;
    }
    // Signals are pcscd's own affair, not for a thread that it does not know.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([&reader, announce = std::move(announce), door = std::move(listener)] {
        for (;;) {
            const vcard::Descriptor client(::accept4(door.number(), nullptr, nullptr, SOCK_CLOEXEC));
            if (client) serve(reader, announce, client);
        }
    }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return true;
}

}  // namespace jpki::testing::ifd
