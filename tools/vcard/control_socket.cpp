// See control_socket.hpp.
#include "vcard/control_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "common/output.hpp"
#include "waist/visible.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostClients = 16;
constexpr int kPatience = 5000;  // ms a client may take to read its answer

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Descriptor unix_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool connect_to(const Descriptor& socket, const sockaddr_un& address) {
    return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool send_all(const Descriptor& socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        pollfd writable{.fd = socket.number(), .events = POLLOUT, .revents = 0};
        const bool again = count < 0 && (errno == EAGAIN || errno == EINTR);
        if (!again || ::poll(&writable, 1, kPatience) <= 0) return false;
    }
    return true;
}

}  // namespace

ControlSocket::~ControlSocket() {
    if (listener_) ::unlink(path_.c_str());
}

std::string ControlSocket::listen(const std::string& path) {
    const std::optional<sockaddr_un> address = address_of(path);
    if (!address) return "the path of the control socket is empty or too long";
    struct stat old{};
    if (::lstat(path.c_str(), &old) == 0) {
        if (!S_ISSOCK(old.st_mode)) return path + " is there and is no socket";
        if (connect_to(unix_socket(), *address)) return path + " is in use by another jpki-vcard";
        ::unlink(path.c_str());
    }
    Descriptor socket = unix_socket();
    // The mode has to be right from the first moment, hence umask() and not chmod().
    const mode_t mask = ::umask(0177);
    const int bound = ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
    ::umask(mask);
    if (bound != 0 || ::listen(socket.number(), 8) != 0) return "cannot listen on " + path;
    listener_ = std::move(socket);
    path_ = path;
    return {};
}

void ControlSocket::add_to(std::vector<pollfd>& polled) const {
    if (!listener_) return;
    polled.push_back({.fd = listener_.number(), .events = POLLIN, .revents = 0});
    for (const Client& client : clients_) {
        polled.push_back({.fd = client.socket.number(), .events = POLLIN, .revents = 0});
    }
}

void ControlSocket::serve(ControlState& state) {
    if (!listener_) return;
    clients_.remove_if([&](Client& client) { return !serve(client, state); });
    pollfd waiting{.fd = listener_.number(), .events = POLLIN, .revents = 0};
    while (clients_.size() < kMostClients && ::poll(&waiting, 1, 0) == 1) {
        Descriptor socket(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!socket) return;
        clients_.push_back({.socket = std::move(socket), .input = {}});
    }
}

bool ControlSocket::serve(Client& client, ControlState& state) {
    std::array<char, 1024> chunk{};
    const ssize_t count = ::recv(client.socket.number(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    client.input.append(chunk.data(), static_cast<std::size_t>(count));
    for (std::size_t end = client.input.find('\n'); end != std::string::npos; end = client.input.find('\n')) {
        const std::string line = client.input.substr(0, end);
        client.input.erase(0, end + 1);
        if (!send_all(client.socket, control_answer(state, line) + "\n")) return false;
    }
    return client.input.size() <= kLongestLine;
}

int control_client(const std::string& path, const std::string& line) {
    const std::optional<sockaddr_un> address = address_of(path);
    const Descriptor socket = unix_socket();
    if (!address || !connect_to(socket, *address) || !send_all(socket, line + "\n")) {
        (void)app::show(STDERR_FILENO, "jpki-vcard: nobody answers on " + visible(path) + "\n");
        return 1;
    }
    const bool many_lines = line == "log";
    std::string answer;
    std::array<char, 4096> chunk{};
    const auto complete = [&] {
        if (!many_lines) return answer.ends_with('\n');
        return answer == ".\n" || answer.ends_with("\n.\n");
    };
    while (!complete()) {
        const ssize_t count = ::recv(socket.number(), chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            (void)app::show(STDERR_FILENO, "jpki-vcard: the card ended before it answered\n");
            return 1;
        }
        answer.append(chunk.data(), static_cast<std::size_t>(count));
    }
    if (many_lines) answer.resize(answer.size() - 2);
    const bool failed = answer.starts_with("error: ");
    const std::string lines = (failed ? "jpki-vcard: " : "") + answer;
    const bool shown = app::show(failed ? STDERR_FILENO : STDOUT_FILENO, lines) == 0;
    return failed || !shown ? 1 : 0;
}

}  // namespace jpki::vcard
