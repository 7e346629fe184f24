// CK_C_INITIALIZE_ARGS, judged (PKCS#11 3.2 §3.7.4, §5.4.1).
#pragma once

#include "entry/composition.hpp"
#include "waist/result.hpp"
#include "jpki/cryptoki.h"

namespace jpki::p11 {

// Errors: arguments_bad (pReserved set, some but not all mutex functions), cannot_lock (mutex functions
// without leave to use the system's locks: ours are the system's).
Result<HostWishes> judge_init_args(const CK_C_INITIALIZE_ARGS* args);

}  // namespace jpki::p11
