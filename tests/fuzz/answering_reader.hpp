// A reader whose card answers as the input says: chunks of a length (two bytes, big-endian; the upper two
// bits say what kind) and what belongs to it. Where the input ends, a true card goes on.
//   00 n  n bytes that are the answer; the card does not see the command
//   01 n  for the next (n & 0xFF) + 1 commands the card's answer, disfigured in one of the ways of n >> 8
//   10 n  the transmission fails with the n-th error; n & 0x100: after the card has executed the command
//   11 n  the card's answer with bytes written over it: offset (two bytes), (n & 0xFF) bytes
#pragma once

#include <memory>

#include "config/config.hpp"
#include "harness.hpp"
#include "virtual/card.hpp"
#include "waist/reader_port.hpp"

namespace jpki::fuzz {

class AnsweringReader {
  public:
    AnsweringReader(Input input, vcard::Image image) : input_(input), card_(std::move(image)) {
        card_.power_on();
    }

    Result<Bytes> transmit(ByteView command);
    [[nodiscard]] ReaderState state() const { return {"Reader 00 00", {event_count_}, true}; }
    void end(Disposition disposition);
    [[nodiscard]] bool take_reset() { return std::exchange(was_reset_, false); }

    // --- what happened
    int contexts = 0;
    int connections = 0;
    std::size_t commands = 0;       // since begin_call()
    std::size_t verifications = 0;  // of these: with a PIN
    void begin_call() { commands = verifications = 0; }

  private:
    Bytes disfigured(ByteView command);
    Result<Bytes> failure(unsigned which, ByteView command);

    Input input_;
    vcard::Card card_;
    std::uint64_t event_count_ = 1;  // moves when the card was pulled out and put in again
    bool was_reset_ = false;
    unsigned repeat_ = 0;  // commands that are still to be answered in the same way
    unsigned way_ = 0;
};

// What the library is made of at the next C_Initialize.
struct Composition {
    AnsweringReader* reader = nullptr;
    p11::Config config{};
    Log* log = nullptr;
};
void compose_with(Composition composition);

}  // namespace jpki::fuzz
