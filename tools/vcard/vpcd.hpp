// The card's end of vsmartcard's vpcd protocol: length-prefixed messages on a stream socket.
// Called by the program's loop (server.hpp) and, on a socketpair, by tests. It owns the socket and borrows
// the card. It never answers an APDU with nothing, which would hang the reader's side for good: it hangs up
// instead.
#pragma once

#include <chrono>
#include <optional>

#include "virtual/card.hpp"
#include "virtual/descriptor.hpp"
#include "waist/bytes.hpp"

namespace jpki::vcard {

// Two bytes of length, big-endian, before every message.
Bytes vpcd_frame(ByteView message);

// Bytes in as they arrive, whole messages out.
class VpcdReader {
  public:
    void feed(ByteView bytes) { append(buffer_, bytes); }
    // Nothing while the next message is incomplete.
    std::optional<Bytes> next();

  private:
    Bytes buffer_;
};

enum class VpcdEnd { kGoesOn, kPeerLeft, kCardMute };

class VpcdConnection {
  public:
    using Clock = std::chrono::steady_clock;

    explicit VpcdConnection(Descriptor socket) : socket_(std::move(socket)) {}

    int number() const { return socket_.number(); }
    // To be called before waiting for input and before every receive: vpcd sends length and body apart and
    // without TCP_NODELAY, so a delayed acknowledgement costs 40 ms an APDU. The option does not last; it is
    // spent by the kernel.
    void acknowledge_quickly() const;
    // Receives what is there and answers every complete message.
    VpcdEnd on_readable(Card& card);

    // Called while the card executes a command: its answer is to wait so long, and what comes after it, too.
    void hold_answer(std::chrono::milliseconds time) { due_ = Clock::now() + time; }
    // When the answer that waits is due; nothing when none does.
    std::optional<Clock::time_point> due() const { return due_; }
    // Sends it, once it is due.
    VpcdEnd on_due(Card& card);

  private:
    VpcdEnd serve(Card& card);
    VpcdEnd answer(Card& card, ByteView message);
    bool send(ByteView message) const;

    Descriptor socket_;
    VpcdReader reader_;
    std::optional<Clock::time_point> due_;
    Bytes held_;
};

}  // namespace jpki::vcard
