// Where the two halves meet: whoever links the entry provides compose(). The shipped modules bring pcsc-lite
// and the card families (composition.cpp), tests bring the virtual card.
#pragma once

#include <memory>

#include "config/config_files.hpp"
#include "reader/environment.hpp"

namespace jpki::p11 {

// What the host asked for in C_Initialize.
struct InitArgs {
    bool no_threads = false;  // CKF_LIBRARY_CANT_CREATE_OS_THREADS
};

// Never null. Throws std::bad_alloc only.
std::shared_ptr<const Environment> compose(const InitArgs& args);

// Which keys this shared object shows; automatic where the host decides.
View module_view() noexcept;

}  // namespace jpki::p11
