// What a user does, from C_Initialize on; each step goes on from the one before and a failed one ends the
// scenario, as a program would. C_Finalize belongs to the case, not to the scenario.
#pragma once

#include <span>

#include "user.hpp"

namespace jpki::campaign {

struct Scenario {
    const char* name;
    bool (*run)(User& user);
};

std::span<const Scenario> scenarios();
const Scenario& scenario(std::string_view name);

}  // namespace jpki::campaign
