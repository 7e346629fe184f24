#include "entry/init_args.hpp"

namespace jpki::p11 {

Result<InitArgs> parse_init_args(const CK_C_INITIALIZE_ARGS* args) {
    if (args == nullptr) return InitArgs{};
    if (args->pReserved != nullptr) return fail(Errc::arguments_bad, "pReserved is set");
    const int given = (args->CreateMutex != nullptr ? 1 : 0) + (args->DestroyMutex != nullptr ? 1 : 0) +
                      (args->LockMutex != nullptr ? 1 : 0) + (args->UnlockMutex != nullptr ? 1 : 0);
    if (given != 0 && given != 4) return fail(Errc::arguments_bad, "some but not all mutex functions");
    if (given == 4 && (args->flags & CKF_OS_LOCKING_OK) == 0) return fail(Errc::cannot_lock);
    return InitArgs{.no_threads = (args->flags & CKF_LIBRARY_CANT_CREATE_OS_THREADS) != 0};
}

}  // namespace jpki::p11
