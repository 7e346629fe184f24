// The virtual card: bytes in, bytes out, as the chip of a JPKI card would answer them.
// Called by the vpcd client, the control socket and, in-process, by tests. No threads, no input or output of
// its own but the log file and the hook that saves its image: one caller at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "virtual/apdu_log.hpp"
#include "virtual/image/image.hpp"
#include "virtual/oracle.hpp"
#include "waist/bytes.hpp"

namespace jpki::vcard {

struct CardState;

// Asked before a command is executed: an answer given here stands, and the card has seen nothing of the
// command. `index` counts all commands from 0. Empty bytes are a card that says nothing.
using FaultBefore = std::function<std::optional<Bytes>(std::size_t index, ByteView apdu)>;
// Asked after a command was executed, with its true answer: an answer given here is sent in its place.
using FaultAfter = std::function<std::optional<Bytes>(std::size_t index, ByteView apdu, ByteView answer)>;
// Saves the image; false when it could not, and the card then reports a memory failure (6581).
using SaveImage = std::function<bool(const Image&)>;

class Card {
  public:
    // Throws ImageError when a key of the image is no RSA key.
    explicit Card(Image image);
    ~Card();
    Card(Card&&) noexcept;
    Card& operator=(Card&&) noexcept;

    // The answer with its status word; empty from a card without power, or when a fault makes it mute.
    Bytes transmit(ByteView apdu);
    void power_on();
    void power_off();
    void reset();  // warm reset; powers up a card that was off
    bool powered() const;
    Bytes atr() const;

    // One personality switch ("name=value") or a set of them, effective with the next command; part of the
    // image from now on.
    bool set(std::string_view assignment);
    bool set(std::string_view name, std::string_view value);
    // Sets a counter (Role::kAuthPin or kSignPin); nothing is counted and a verified PIN stays so.
    bool set_tries_left(Role pin, unsigned tries);
    // Of any PIN file.
    bool set_tries_left(std::string_view application, std::uint16_t id, unsigned tries);

    const Image& image() const;
    Oracle oracle() const;
    void reset_oracle();
    // How many commands have arrived: the index that the next one will have.
    std::size_t next_index() const;

    ApduLog& log();
    const ApduLog& log() const;

    void on_fault_before(FaultBefore fault);
    void on_fault_after(FaultAfter fault);
    void on_save(SaveImage save);
    // For the oracle and the log, by whoever works the hooks.
    void record_fault(std::string_view what);

  private:
    std::unique_ptr<CardState> state_;
};

}  // namespace jpki::vcard
