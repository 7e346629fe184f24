// The control commands of a running jpki-vcard: one line in, one line out (`log`: many, then a line with a
// dot). Called by the control socket; tests call control_answer() directly. It acts on the slot only. No
// command can read a PIN or a key, or spend a try.
#pragma once

#include <string>
#include <string_view>

#include "virtual/card_slot.hpp"

namespace jpki::vcard {

struct ControlState {
    CardSlot& slot;
    bool connected = false;  // to vpcd, as the loop knows it
    bool quit = false;       // set by `quit`
};

// Without the final line feed. Begins with "error: " when the command failed.
std::string control_answer(ControlState& state, std::string_view line);

// One line a command, for --help.
std::string control_help();

}  // namespace jpki::vcard
