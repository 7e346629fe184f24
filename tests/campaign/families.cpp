#include "families.hpp"

#include <array>

namespace jpki::campaign {

namespace {

constexpr std::array<Family, 12> kFamilies{{
    {"single", "every fault at every command of every scenario", single_faults, 40},
    {"single-inline", "the same without threads of our own", single_faults_inline, 40},
    {"single-other-cards", "the same on cards of other habits", single_faults_other_cards, 60},
    {"double", "two faults of the link, at a command and one of the next two", double_faults, 60},
    {"certificates", "certificates that lie about themselves", hostile_certificates, 4},
    {"signatures", "signatures that are none", wrong_signatures, 2},
    {"allocations", "every allocation fails once", failing_allocations, 40},
    {"files", "configuration and log files of all kinds", hostile_files, 4},
    {"forks", "a fork between any two steps", forks, 8},
    {"signals", "a thousand interruptions a second", signals, 2},
    {"races", "a call, and something that ends it", races, 40},
    {"rivals", "another program at the same card", rivals, 8},
}};

}  // namespace

std::span<const Family> families() { return kFamilies; }

}  // namespace jpki::campaign
