// The steps of guide.def as data, and what came of each. Used by guide.cpp, which takes them, and report.cpp,
// which tells of them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::probe {

using app::Words;

enum class StepKind : std::uint8_t {
    told,       // the holder types it
    asks,       // this program asks the card, then the holder looks
    lifts,      // this program counts
    auth_pin,   // the holder types it, and the authentication PIN
    both_pins,  // and both of them
};

struct Step {
    std::string_view id;
    StepKind kind;
    std::string_view commands;
    Words words;
};
std::span<const Step> steps();

struct StepResult {
    const Step* step = nullptr;
    enum class Outcome : std::uint8_t { left_out, yes, no, counted, not_full } outcome{};
    std::string note{};  // of one that was counted
};

}  // namespace jpki::probe
