// The process-wide state between C_Initialize and C_Finalize. It is never destroyed, knows which process it
// belongs to, and answers every call that comes too early, too late or from a forked child with "not
// initialised".
#pragma once

#include <memory>

#include "core/module.hpp"
#include "entry/composition.hpp"

namespace jpki::p11::library {

// Errors: already_initialized, no_memory.
Status initialize(const InitArgs& args);
// Errors: not_initialized.
Status finalize();
// A reference for the length of one call. Errors: not_initialized.
Result<std::shared_ptr<Module>> module();

}  // namespace jpki::p11::library
