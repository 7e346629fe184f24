#include "init_args.h"

#include <string.h>

atomic_uint mutex_callbacks_called;

static CK_RV create_mutex(CK_VOID_PTR_PTR mutex) {
    static int dummy;
    *mutex = &dummy;
    (void)atomic_fetch_add(&mutex_callbacks_called, 1);
    return CKR_OK;
}

static CK_RV use_mutex(CK_VOID_PTR mutex) {
    (void)mutex;
    (void)atomic_fetch_add(&mutex_callbacks_called, 1);
    return CKR_OK;
}

CK_C_INITIALIZE_ARGS init_args(unsigned callbacks, CK_FLAGS flags) {
    CK_C_INITIALIZE_ARGS made;
    memset(&made, 0, sizeof(made));
    made.CreateMutex = (callbacks & 1U) != 0 ? create_mutex : NULL;
    made.DestroyMutex = (callbacks & 2U) != 0 ? use_mutex : NULL;
    made.LockMutex = (callbacks & 4U) != 0 ? use_mutex : NULL;
    made.UnlockMutex = (callbacks & 8U) != 0 ? use_mutex : NULL;
    made.flags = flags;
    return made;
}
