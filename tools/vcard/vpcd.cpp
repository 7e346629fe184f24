// See vpcd.hpp. A message of one byte is a control, any other an APDU.
#include "vcard/vpcd.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace jpki::vcard {
namespace {

constexpr std::uint8_t kPowerOff = 0;
constexpr std::uint8_t kPowerOn = 1;
constexpr std::uint8_t kReset = 2;
constexpr std::uint8_t kGetAtr = 4;
constexpr std::size_t kLengthBytes = 2;
constexpr int kSendPatience = 5000;  // ms until a peer that does not read counts as gone

}  // namespace

Bytes vpcd_frame(ByteView message) {
    Bytes out{static_cast<std::uint8_t>((message.size() >> 8U) & 0xFFU),
              static_cast<std::uint8_t>(message.size() & 0xFFU)};
    append(out, message);
    return out;
}

std::optional<Bytes> VpcdReader::next() {
    if (buffer_.size() < kLengthBytes) return std::nullopt;
    const std::size_t length = (static_cast<std::size_t>(buffer_[0]) << 8U) | buffer_[1];
    if (buffer_.size() < kLengthBytes + length) return std::nullopt;
    Bytes message = to_bytes(slice(buffer_, kLengthBytes, length));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(kLengthBytes + length));
    return message;
}

void VpcdConnection::acknowledge_quickly() const {
    const int on = 1;
    // Fails on a socketpair, where there is nothing to acknowledge.
    static_cast<void>(::setsockopt(socket_.number(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on));
}

VpcdEnd VpcdConnection::on_readable(Card& card) {
    std::array<std::uint8_t, 4096> chunk{};
    acknowledge_quickly();
    const ssize_t count = ::recv(socket_.number(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return VpcdEnd::kGoesOn;
    if (count <= 0) return VpcdEnd::kPeerLeft;
    reader_.feed(ByteView(chunk).first(static_cast<std::size_t>(count)));
    return serve(card);
}

VpcdEnd VpcdConnection::on_due(Card& card) {
    if (!due_ || Clock::now() < *due_) return VpcdEnd::kGoesOn;
    due_.reset();
    const Bytes response = std::exchange(held_, {});
    return send(response) ? serve(card) : VpcdEnd::kPeerLeft;
}

VpcdEnd VpcdConnection::serve(Card& card) {
    while (!due_) {
        const std::optional<Bytes> message = reader_.next();
        if (!message) break;
        if (const VpcdEnd end = answer(card, *message); end != VpcdEnd::kGoesOn) return end;
    }
    return VpcdEnd::kGoesOn;
}

VpcdEnd VpcdConnection::answer(Card& card, ByteView message) {
    if (message.size() == 1) {
        switch (message[0]) {
            case kPowerOff: card.power_off(); break;
            case kPowerOn: card.power_on(); break;
            case kReset: card.reset(); break;
            case kGetAtr: return send(card.atr()) ? VpcdEnd::kGoesOn : VpcdEnd::kPeerLeft;
            default: break;  // a control of a later version: nothing is expected back
        }
        return VpcdEnd::kGoesOn;
    }
    Bytes response = card.transmit(message);
    if (response.empty()) return VpcdEnd::kCardMute;
    // More than the frame's length can say never happens by itself.
    response.resize(std::min<std::size_t>(response.size(), 0xFFFF));
    if (due_) {
        held_ = std::move(response);
        return VpcdEnd::kGoesOn;
    }
    return send(response) ? VpcdEnd::kGoesOn : VpcdEnd::kPeerLeft;
}

bool VpcdConnection::send(ByteView message) const {
    const Bytes bytes = vpcd_frame(message);
    ByteView rest(bytes);
    while (!rest.empty()) {
        const ssize_t count = ::send(socket_.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count > 0) {
            rest = rest.subspan(static_cast<std::size_t>(count));
            continue;
        }
        if (count < 0 && errno == EINTR) continue;
        pollfd writable{.fd = socket_.number(), .events = POLLOUT, .revents = 0};
        const bool full = count < 0 && errno == EAGAIN;
        if (!full || ::poll(&writable, 1, kSendPatience) <= 0) return false;
    }
    return true;
}

}  // namespace jpki::vcard
