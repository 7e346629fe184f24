// The reader behind the serial line: CCID messages in, their answers out, with the card's contacts below.
// Called by the serial line's thread (answer) and by the control thread (the rest). It executes no command
// itself, the card behind the CardLine does, and looks at nothing of it but the instruction.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "../card_line.hpp"
#include "faults.hpp"
#include "t1_card.hpp"

namespace jpki::testing::twin {

class Reader {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Reader(std::uint16_t port) : line_(port) {}

    bool listen() { return line_.listen(); }
    // To a whole message of the driver.
    Bytes answer(ByteView message);
    // What has happened to the card since it was last asked: whether there is one now.
    std::optional<bool> slot_change();

    Faults& faults() { return faults_; }
    // As a hand does it; the virtual card itself knows of a loss of power at most.
    void put_in(bool inside) { inside_ = inside; }
    std::string status() const;

  private:
    bool card_present();
    Bytes power_on(ByteView message);
    Bytes power_off(ByteView message);
    Bytes transfer(ByteView message);
    Bytes exchange_block(ByteView message, ByteView block);
    Bytes execute(ByteView message);
    Bytes wait_for_card(ByteView message);
    Bytes send_block(ByteView message);
    Bytes negotiate(ByteView message, ByteView request);
    Bytes mute(ByteView message);
    void cut_power();
    std::uint8_t slot_state();
    Bytes reply(std::uint8_t type, ByteView message, ByteView data = {}, std::uint8_t specific = 0);
    Bytes failure(std::uint8_t type, ByteView message, std::uint8_t error);
    void take_time_for(std::size_t bytes);

    Faults faults_;
    std::atomic<bool> inside_ = true;
    std::atomic<bool> powered_ = false;

    // Of the serial line's thread only.
    CardLine line_;
    T1Card card_;
    Clock::time_point empty_until_{};
    std::optional<std::uint8_t> mute_voltage_;  // while a power-up fails, that with which it began
    Faults::Fate fate_ = Faults::Fate::kAnswer;
    bool there_ = false;      // at the last look
    bool executing_ = false;  // the card, a command
    bool fresh_ = false;      // nothing was sent to the card since it got power
    bool told_present_ = false;
};

}  // namespace jpki::testing::twin
