// Every allocation that a scenario makes fails once: nothing crashes, nothing is half done, and the next call
// finds everything as it was.
#include <fmt/format.h>

#include "allocations.hpp"
#include "families.hpp"

namespace jpki::campaign {

namespace {

// Certificates are OpenSSL's: thousands of allocations alike. Beyond this many every few are enough.
constexpr long kAllOf = 700;
constexpr long kStep = 7;

long count(const Scenario& scenario) {
    Ledger ledger;
    Stage stage({});
    User user(stage, ledger);
    allocations::fail_at(0);
    (void)scenario.run(user);
    const long counted = allocations::counted();
    user.finalize();
    return counted;
}

void starve(const Scenario& scenario, long at, Ledger& ledger, const Baseline& before) {
    Course course{{}, &scenario, [at](Stage&) { allocations::fail_at(at); }, true};
    follow(course, ledger, before);
    allocations::fail_at(0);
}

}  // namespace

std::vector<Case> failing_allocations() {
    std::vector<Case> cases;
    for (const Scenario& scenario : scenarios()) {
        (void)nominal_commands(scenario, {});
        const long allocations = count(scenario);
        for (long at = 1; at <= allocations; at += at < kAllOf ? 1 : kStep) {
            cases.push_back({fmt::format("allocations/{}/{}", scenario.name, at),
                             [&scenario, at](Ledger& ledger, const Baseline& before) {
                                 starve(scenario, at, ledger, before);
                             }});
        }
    }
    return cases;
}

}  // namespace jpki::campaign
