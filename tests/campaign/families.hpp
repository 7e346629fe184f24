// The families of cases. Each is a list that is the same in every run: what is random in a case comes from
// its number.
#pragma once

#include <span>
#include <vector>

#include "case.hpp"

namespace jpki::campaign {

struct Family {
    const char* name;
    const char* meaning;
    std::vector<Case> (*make)();
    // Every n-th case belongs to the subset of the normal test run.
    std::size_t subset_step;
};

std::span<const Family> families();

std::vector<Case> single_faults();
std::vector<Case> single_faults_inline();
std::vector<Case> single_faults_other_cards();
std::vector<Case> double_faults();
std::vector<Case> hostile_certificates();
std::vector<Case> wrong_signatures();
std::vector<Case> failing_allocations();
std::vector<Case> hostile_files();
std::vector<Case> forks();
std::vector<Case> signals();
std::vector<Case> races();
std::vector<Case> rivals();

}  // namespace jpki::campaign
