// The input of the call harness: records of one size, a call of a PKCS#11 function or an event of the world
// each, so that whatever is cut out or pasted in is a sequence of whole calls.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace jpki::fuzz {

inline constexpr std::size_t kRecordSize = 12;
inline constexpr std::size_t kMostRecords = 64;

// Where the arguments of a call come from.
struct Record {
    std::uint8_t function;  // a row of functions.def, or an event after the last row
    std::uint8_t session;
    std::uint8_t object;
    std::uint8_t mechanism;
    std::uint8_t text;     // a PIN, a user name, the name of an interface
    std::uint8_t flags;    // and user types, slot ids and other small numbers
    std::uint8_t length;   // of the first buffer
    std::uint8_t length2;  // of every further one
    std::uint8_t nulls;    // a bit a pointer, from the first; set: a null pointer
    std::uint8_t data;     // content of buffers
    std::uint8_t template_;
    std::uint8_t extra;
};
static_assert(sizeof(Record) == kRecordSize);

inline constexpr std::array kFunctionNames{
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) std::string_view(#name),
#include "entry/functions.def"
#undef JPKI_FUNCTION
};
inline constexpr std::size_t kFunctions = kFunctionNames.size();

// What happens to the world between two calls.
enum class Event : std::uint8_t {
    remove,
    insert_first,
    insert_second,
    reset,
    unplug,
    plug_in,
    stop_service,
    start_service,
    select_elsewhere,  // another program selects another application
    fail_before,       // the next command does not reach the card
    fail_after,        // the answer to the next command is lost
    personality,
    tries_left,
    count,
};
inline constexpr std::size_t kEvents = static_cast<std::size_t>(Event::count);

}  // namespace jpki::fuzz
