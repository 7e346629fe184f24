// Which slots are one reader, and what each reader is called: a reader is its slots, not its name, which the
// module may have cut and which two may share. Made of what slots say; no card is asked.
#pragma once

#include <string>
#include <vector>

#include "token/module.hpp"

namespace jpki::app {

struct SlotSeen {
    CK_SLOT_ID id = 0;
    CK_FLAGS flags = 0;
    SlotName name;
};

struct Place {
    std::string own_name;
    std::string name;  // no other has it: with a number behind it where it must
    std::vector<SlotSeen> slots;
};

// In the order of the slots, which are in the module's.
std::vector<Place> places_of(const std::vector<SlotSeen>& slots);

// The one of this name is left; empty: all. Throws Failure: no_card when there is none, usage when it is the
// own name of several.
void keep_only(std::vector<Place>& places, const std::string& name);

}  // namespace jpki::app
