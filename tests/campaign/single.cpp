// Single and double faults: what can go wrong with a command, at every command that a scenario sends.
#include <fmt/format.h>

#include <array>

#include "families.hpp"
#include "faults.hpp"

namespace jpki::campaign {

namespace {

std::vector<Case> singles(const std::string& family, const Setting& setting,
                          std::span<const Scenario> of = scenarios()) {
    std::vector<Case> cases;
    for (const Scenario& chosen : of) {
        const std::size_t commands = nominal_commands(chosen, setting);
        for (std::size_t at = 0; at < commands; ++at) {
            for (const Fault& fault : faults()) {
                const Course course{setting, &chosen, [&fault, at](Stage& stage) { arm(stage, fault, at); }};
                cases.push_back(
                    {fmt::format("{}/{}/{}/{}", family, chosen.name, at, fault.name),
                     [course](Ledger& ledger, const Baseline& before) { follow(course, ledger, before); }});
            }
        }
    }
    return cases;
}

}  // namespace

std::vector<Case> single_faults() { return singles("single", {}); }

std::vector<Case> single_faults_inline() {
    return singles("single-inline", {.threads = false, .personality = {}});
}

std::vector<Case> single_faults_other_cards() {
    std::vector<Case> all;
    // No short identifiers, no neutral application, logins that outlive everything but the loss of power.
    const Setting stubborn{
        .threads = true,
        .personality = {"sfi=no", "neutral-aid=all-absent", "other-aid=keeps", "token-info=32"}};
    // Answers that must be fetched, short reads that complain, counters that are not told.
    const Setting chatty{.threads = true,
                         .personality = {"get-response=needed", "short-read=6282", "verified-query=9000",
                                         "first-command=6f00"}};
    static const std::array acts{scenario("authenticate"), scenario("file"), scenario("change-pin")};
    for (const auto& [name, setting] : {std::pair{"stubborn", stubborn}, std::pair{"chatty", chatty}}) {
        for (Case& one : singles(fmt::format("single-{}", name), setting, acts))
            all.push_back(std::move(one));
    }
    return all;
}

std::vector<Case> double_faults() {
    std::vector<Case> cases;
    for (const char* name : {"authenticate", "file", "pull-and-return"}) {
        const Scenario& chosen = scenario(name);
        const std::size_t commands = nominal_commands(chosen, {});
        for (std::size_t at = 0; at + 1 < commands; ++at) {
            for (const Fault& first : link_faults()) {
                for (const Fault& second : link_faults()) {
                    const Course course{{}, &chosen, [&first, &second, at](Stage& stage) {
                                            arm(stage, first, at, &second, at + 1);
                                        }};
                    cases.push_back({fmt::format("double/{}/{}/{}/{}", name, at, first.name, second.name),
                                     [course](Ledger& ledger, const Baseline& before) {
                                         follow(course, ledger, before);
                                     }});
                }
            }
        }
    }
    return cases;
}

}  // namespace jpki::campaign
