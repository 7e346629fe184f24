// What is to go wrong with a reader and the card's contact to it, and what has been counted. The control
// thread writes it, the serial line's thread asks at every step; both at any moment. It does nothing itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace jpki::testing::twin {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Counted since the start.
struct Counts {
    std::size_t power_ups = 0;  // that the card answered
    std::size_t mute_ups = 0;   // that were answered ICC_MUTE
    std::size_t power_offs = 0;
    std::size_t warm_resets = 0;  // power-ups of a card that had power
    std::size_t empty_reads = 0;  // answers that there is no card, though there is one
    std::size_t pps = 0;
    std::size_t pps_refused = 0;
    std::size_t commands = 0;      // APDUs that the card has executed
    std::size_t blocks = 0;        // that the card has sent
    std::size_t wrong_blocks = 0;  // of these, with a wrong check
    std::size_t resends = 0;       // of these, once more
    std::size_t waits = 0;         // of these, to ask for more time
    std::size_t mute_commands = 0;
};

// Each ends by itself where it says "next", the others with release().
struct Plan {
    std::size_t mute_ups = 0;       // so many next power-ups fail ...
    std::size_t mute_ups_from = 0;  // ... from so many power-offs on
    milliseconds empty{};           // after a power-off the slot reads empty for so long ...
    std::size_t empty_from = 0;     // ... from so many power-offs on
    std::size_t wrong_every = 0;    // of the card's blocks
    milliseconds patience{500};     // after which a card that is not ready asks for more time
    microseconds byte{};            // that each byte from and to the card takes
    bool refuse_pps = false;
    std::optional<std::uint8_t>
        mute_at;  // the next command with this instruction is executed and not answered
    std::optional<std::uint8_t> lose_at;  // likewise, and the card has left
};

class Faults {
  public:
    template <typename Change>
    void change(Change change) {
        const std::lock_guard lock(mutex_);
        change(plan_, counts_);
    }
    void release() {
        const std::lock_guard lock(mutex_);
        plan_ = {};
    }
    Plan plan() const {
        const std::lock_guard lock(mutex_);
        return plan_;
    }
    // One line of JSON.
    std::string status() const;

    // The answers of the step that is under way.
    bool power_up_is_mute();
    milliseconds power_off();  // how long the slot reads empty
    bool pps_is_refused();
    bool block_is_wrong();
    enum class Fate { kAnswer, kMute, kLost };
    Fate command(std::uint8_t instruction);

  private:
    mutable std::mutex mutex_;
    Plan plan_;
    Counts counts_;
};

}  // namespace jpki::testing::twin
