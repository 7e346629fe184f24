// The line from a reader to the virtual card in it: a TCP port on this machine that jpki-vcard connects to,
// with the protocol of vsmartcard's vpcd. Used by the readers of ifd/ and twin/, one call at a time. It never
// looks into an APDU.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "virtual/descriptor.hpp"
#include "waist/bytes.hpp"

namespace jpki::testing {

enum class CardControl : std::uint8_t { kPowerOff = 0, kPowerOn = 1, kReset = 2, kAtr = 4 };

class CardLine {
  public:
    explicit CardLine(std::uint16_t port) : port_(port) {}

    // False when the port is taken.
    bool listen();
    // Whether there is a card; lets one in that waits at the door.
    bool card_present();
    bool control(CardControl control);
    bool send(ByteView message);
    // Whether there is something to receive, or the end of the card.
    bool answers_within(std::chrono::milliseconds time);
    // Nothing when the card hung up or says nothing for too long.
    std::optional<Bytes> receive();
    std::optional<Bytes> ask(ByteView message);

  private:
    bool receive(std::uint8_t* to, std::size_t size);

    std::uint16_t port_;
    vcard::Descriptor listener_;
    vcard::Descriptor card_;
};

}  // namespace jpki::testing
