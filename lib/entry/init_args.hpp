// CK_C_INITIALIZE_ARGS, checked and parsed (PKCS#11 3.2 §3.7.4, §5.4.1).
#pragma once

#include "entry/composition.hpp"
#include "jpki/cryptoki.h"
#include "waist/result.hpp"

namespace jpki::p11 {

// Errors: arguments_bad (pReserved set, some but not all mutex functions), cannot_lock (mutex functions
// without leave to use the system's locks: ours are the system's).
Result<InitArgs> parse_init_args(const CK_C_INITIALIZE_ARGS* args);

}  // namespace jpki::p11
