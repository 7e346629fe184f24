// From a record to what can be said of each fact. Works on what the masks have let through, and on nothing
// else.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "probe/run.hpp"

namespace jpki::probe {

struct Conclusion {
    Fact fact{};
    Answer answer{};
    std::array<std::string, 4> values;  // for the {} of its sentence

    [[nodiscard]] State state() const { return row_of(answer).state; }
    // In the language spoken.
    [[nodiscard]] std::string sentence() const;
};

struct Surroundings {
    std::string reader;  // masked
    std::string atr;     // masked; empty: unknown
    Interface interface = Interface::unknown;
    std::string declared;  // by the ATR
};

// One for each fact, in the table's order.
std::vector<Conclusion> assess(const Record& record, const Surroundings& surroundings);

}  // namespace jpki::probe
