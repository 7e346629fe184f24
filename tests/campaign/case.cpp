#include "case.hpp"

#include <map>
#include <stdexcept>

namespace jpki::campaign {

namespace {

std::string key_of(const Scenario& scenario, const Setting& setting) {
    std::string key = scenario.name;
    key += setting.threads ? "" : "/inline";
    for (const std::string& assignment : setting.personality)
        key += "/" + assignment;
    return key;
}

std::size_t measure(const Scenario& scenario, const Setting& setting) {
    Stage stage(setting);
    Ledger ledger;
    User user(stage, ledger);
    const bool done = scenario.run(user);
    user.finalize();
    if (!done || !ledger.complaints.empty())
        throw std::runtime_error(key_of(scenario, setting) + " fails without any fault: " +
                                 (ledger.complaints.empty() ? "" : ledger.complaints.front()));
    return stage.readers.commands_seen();
}

}  // namespace

std::size_t nominal_commands(const Scenario& scenario, const Setting& setting) {
    static std::map<std::string, std::size_t> known;
    const std::string key = key_of(scenario, setting);
    const auto found = known.find(key);
    return found != known.end() ? found->second
                                : known.emplace(key, measure(scenario, setting)).first->second;
}

void follow(const Course& course, Ledger& ledger, const Baseline& before) {
    const Nominal nominal{nominal_commands(*course.scenario, course.setting)};
    Stage stage(course.setting);
    User user(stage, ledger);
    ledger.memory_may_fail = course.memory_may_fail;
    if (course.disturb) course.disturb(stage);
    (void)course.scenario->run(user);
    check_after_scenario(user, nominal);
    const bool was_removed = !stage.readers.has_card();
    stage.mend();
    if (user.session_info(0) == CKR_CRYPTOKI_NOT_INITIALIZED) (void)user.initialize();
    check_recovery(user, was_removed);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace jpki::campaign
