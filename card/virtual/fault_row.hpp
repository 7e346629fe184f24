// One row of a fault plan: when something goes wrong, and what. The language that the program's option, its
// control command and tests share, with its help. It reads rows and bends answers; whether a row's time has
// come is fault_plan.hpp's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::vcard {

// Says what is wrong with a row.
class FaultError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class FaultAction : std::uint8_t { kAnswer, kData, kShape, kMute, kLeave, kBounce, kReset, kDelay };

enum class FaultShape : std::uint8_t {
    kEmpty,
    kOneByte,
    kSwOnly,
    kHalf,
    kMinusOne,
    kPlusOne,
    k257,
    k258,
    k4096,
    k65538,
    kZeros,
    kOnes,
    kRandom,
    kPrevious,
    kOther
};

struct FaultRow {
    std::string text{};  // as it was given, blanks aside
    std::string name{};  // for the log: when and what, without bytes

    std::optional<std::uint8_t> ins{};  // only commands with this instruction are counted
    std::size_t at = 0;                 // commands before its turn
    bool onwards = false;               // also all commands after that

    FaultAction action = FaultAction::kMute;
    bool executed = false;  // the card does what the command says, and then the fault comes
    Bytes bytes{};
    FaultShape shape = FaultShape::kEmpty;
    std::uint32_t seed = 1;
    std::chrono::milliseconds delay{};
    bool cold = false;
};

// Throws FaultError.
FaultRow parse_fault(std::string_view line);

// What a row may say, for --help.
std::string fault_help();

// What shapes can be made from.
struct FaultMaterial {
    ByteView answer;    // data and status word
    ByteView previous;  // the answer before
    ByteView other;     // the last answer to a command with another instruction
};
Bytes shaped(const FaultRow& row, const FaultMaterial& material);

}  // namespace jpki::vcard
