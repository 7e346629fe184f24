// Leads a holder through the first day with a card: says each step, does what this program can do itself, and
// keeps what the holder has seen of the rest. It never asks for a PIN, and leaves out steps that take one
// while a counter is not full.
#pragma once

#include "probe/session.hpp"
#include "probe/steps.hpp"

namespace jpki::probe {

struct Guided {
    Found found;
    std::vector<StepResult> results;  // one for each step
};

struct Guidance {
    std::string module;  // its path
    RetryPolicy retry{};
    std::chrono::milliseconds look{100};  // how often, while the card is lifted
    std::chrono::milliseconds longest{30'000};
};

// Throws Failure where there can be no report.
Guided guide(ReaderSystem& readers, const AtrOf& atr_of, User& user, const RunOptions& run_options,
             const Guidance& guidance);

// A step as it is shown, and all of them.
std::string shown(const Step& step, const std::string& module);
std::string guide_as_text(const std::string& module);

}  // namespace jpki::probe
