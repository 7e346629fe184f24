#include "card_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace jpki::testing {
namespace {

constexpr int kLongestAnswerTime = 600'000;  // ms; the card's own delays end before

}  // namespace

bool CardLine::listen() {
    if (listener_) return true;
    vcard::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    if (::listen(socket.number(), 1) != 0) return false;
    listener_ = std::move(socket);
    return true;
}

bool CardLine::card_present() {
    if (card_) {
        // Between two questions a card has nothing to say: if there is something to read, it is the end.
        pollfd line{.fd = card_.number(), .events = POLLIN, .revents = 0};
        if (::poll(&line, 1, 0) == 1) card_.close();
    }
    if (!card_ && listener_) {
        card_ = vcard::Descriptor(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        const int on = 1;
        if (card_) ::setsockopt(card_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return static_cast<bool>(card_);
}

bool CardLine::control(CardControl control) { return send(Bytes{static_cast<std::uint8_t>(control)}); }

std::optional<Bytes> CardLine::ask(ByteView message) { return send(message) ? receive() : std::nullopt; }

bool CardLine::answers_within(std::chrono::milliseconds time) {
    pollfd line{.fd = card_.number(), .events = POLLIN, .revents = 0};
    return !card_ || ::poll(&line, 1, static_cast<int>(time.count())) != 0;
}

std::optional<Bytes> CardLine::receive() {
    Bytes length(2);
    if (!card_ || !receive(length.data(), length.size())) return std::nullopt;
    Bytes answer((static_cast<std::size_t>(length[0]) << 8U) | length[1]);
    if (!receive(answer.data(), answer.size())) return std::nullopt;
    return answer;
}

bool CardLine::send(ByteView message) {
    Bytes frame{static_cast<std::uint8_t>((message.size() >> 8U) & 0xFFU),
                static_cast<std::uint8_t>(message.size() & 0xFFU)};
    append(frame, message);
    if (!card_) return false;
    const ssize_t count = ::send(card_.number(), frame.data(), frame.size(), MSG_NOSIGNAL);
    if (count != std::ssize(frame)) card_.close();
    return static_cast<bool>(card_);
}

bool CardLine::receive(std::uint8_t* to, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
        pollfd line{.fd = card_.number(), .events = POLLIN, .revents = 0};
        if (::poll(&line, 1, kLongestAnswerTime) < 0 && errno == EINTR) continue;
        const ssize_t count = ::recv(card_.number(), to + done, size - done, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            card_.close();
            return false;
        }
        done += static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace jpki::testing
