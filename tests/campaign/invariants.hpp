// What must hold after every case, whatever was done to it (docs/campaign.md numbers them as here).
#pragma once

#include "user.hpp"

namespace jpki::campaign {

// What the process had before the first case.
struct Baseline {
    unsigned files;
    unsigned threads;
};
Baseline baseline();

struct Nominal {
    std::size_t commands;  // of the scenario without any fault
};

// After the scenario, while the library is still initialised: I4 to I8, I14.
void check_after_scenario(User& user, const Nominal& nominal);
// The world was mended: the user can sign within two seconds, without C_Finalize (I6), and what was opened
// before a removal stays dead (I7).
void check_recovery(User& user, bool was_removed);
// After C_Finalize: I8 to I10.
void check_after_finalize(User& user, const Baseline& before);

}  // namespace jpki::campaign
