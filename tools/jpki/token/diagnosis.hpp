// Why the card does not work, judged from facts that somebody else has collected: no reader is touched here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/finding.hpp"
#include "token/holder.hpp"
#include "token/machine.hpp"

namespace jpki::app {

struct Facts : MachineFacts {
    std::string module_path;
    std::string module_error;  // empty: loaded
    unsigned long config_problems = 0;
    unsigned long config_line = 0;
    unsigned long config_column = 0;

    std::vector<Reader> readers;       // by the module
    std::chrono::milliseconds took{};  // what the module needed to look at all of them

    bool p11kit_registered = false;
    std::vector<std::string> nss_unregistered;  // databases of this user without the module
    std::vector<std::string> nss_registered;
    Time built{};  // the day on which this program was made
    Time now{};
};

// In the order in which they should be mended.
std::vector<Finding> diagnose(const Facts& facts);

// --- for commands that cannot go on

// For programs: "running", or why there is nobody to ask for readers.
std::string_view service_state(const MachineFacts& facts);
// For programs: "connected", "none", or why one that is connected is not seen.
std::string_view reader_state(const MachineFacts& facts);
// What keeps this computer from seeing a reader; nothing where it sees one.
std::optional<Finding> reader_trouble(const MachineFacts& facts);

}  // namespace jpki::app
