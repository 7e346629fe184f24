// What the library under test is made of in this process: defines compose(), so that C_Initialize finds the
// virtual readers instead of pcsc-lite. For contract tests and for the statements in process.
#pragma once

#include "config/config.hpp"
#include "reader/timing.hpp"
#include "virtual_readers.hpp"
#include "waist/log.hpp"

namespace jpki::testing {

struct Wiring {
    VirtualReaders* readers = nullptr;
    p11::Config config{};
    p11::View view = p11::View::both;
    bool threads = true;
    p11::Timing timing{};
    // Null: no log.
    Log* log = nullptr;
    bool ca_certificates = true;
};

// For the next C_Initialize and all after it; `readers` must outlive them.
void wire(Wiring wiring);

}  // namespace jpki::testing
