// One case: a scenario on a stage to which something is done, then the recovery and the end. Families
// (families.hpp) make the cases; the runner (runner.hpp) runs them.
#pragma once

#include <functional>
#include <string>

#include "invariants.hpp"
#include "scenarios.hpp"

namespace jpki::campaign {

struct Case {
    std::string name;  // "single/authenticate/3/removed": unique, and enough to run it again
    std::function<void(Ledger&, const Baseline&)> run;
};

// The usual course; `disturb` is called on the fresh stage.
struct Course {
    Setting setting;
    const Scenario* scenario = nullptr;
    std::function<void(Stage&)> disturb;
    bool memory_may_fail = false;
};
void follow(const Course& course, Ledger& ledger, const Baseline& before);

// How many commands the scenario needs when nothing goes wrong; a scenario that fails then is an error of the
// campaign itself and throws.
std::size_t nominal_commands(const Scenario& scenario, const Setting& setting);

}  // namespace jpki::campaign
