// Runs cases in several processes, shows how far it is, and writes the report.
#pragma once

#include <string>

#include "families.hpp"

namespace jpki::campaign {

struct Orders {
    bool subset = false;  // a minute of everything
    std::string family;   // empty: all
    std::string only;     // the names of cases begin with this
    unsigned jobs = 1;
    std::string report;  // a file; empty: none
};

// The number of failed cases.
std::size_t run(const Orders& orders);

}  // namespace jpki::campaign
