// The report, for people as one page that can be pasted into an issue, and for programs in JSON with what was
// left alone besides. Made of assessments and masked exchanges only.
#pragma once

#include <string>

#include "common/json.hpp"
#include "probe/assess.hpp"
#include "probe/steps.hpp"

namespace jpki::probe {

using app::Json;

struct Report {
    std::string version;  // of this program
    std::string date;     // the day only
    std::string library;  // pcsc-lite's version
    Surroundings surroundings;
    std::vector<Conclusion> assessments;
    const Record* record = nullptr;
    std::vector<StepResult> steps{};  // none: nobody was led
};

// At most about 60 lines of 100 columns; in Markdown one block, so that nothing in it is taken for markup.
std::string to_markdown(const Report& report);
Json to_json(const Report& report);

// What would be sent, and why.
std::string plan_as_text();
Json plan_as_json();
Json guide_as_json(const std::string& module);

// "  1/34  00 A4 .." and the reason: how a command is announced.
std::string announcement(const Command& command);
// "9000, 256 bytes"
std::string answer_of(const Exchange& exchange);

}  // namespace jpki::probe
