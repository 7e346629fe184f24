// What a host may say in C_Initialize (PKCS#11 3.2 §3.7.4).
#ifndef JPKI_CONFORMANCE_INIT_ARGS_H
#define JPKI_CONFORMANCE_INIT_ARGS_H

#include <stdatomic.h>

#include "support/module.h"

// Bits of `callbacks`: create 1, destroy 2, lock 4, unlock 8.
enum { kNoCallbacks = 0, kAllCallbacks = 15 };
CK_C_INITIALIZE_ARGS init_args(unsigned callbacks, CK_FLAGS flags);

// Calls of any of the four, ever.
extern atomic_uint mutex_callbacks_called;

#endif
