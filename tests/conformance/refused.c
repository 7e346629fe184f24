// Functions whose right answer is a refusal (PKCS#11 3.2 §§5.1, 5.6.6, 5.19 to 5.21).
#include "operations.h"
#include "statements.h"
#include "support/sweep.h"

void statement_089_parallel_functions_are_not(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        begin_operations(keys, kAllOperations);
        assert_rv(p11->C_GetFunctionStatus(keys.session), CKR_FUNCTION_NOT_PARALLEL);
        assert_rv(p11->C_CancelFunction(keys.session), CKR_FUNCTION_NOT_PARALLEL);
        finish_operations(keys, kAllOperations);
    }
    if (stage_way == kProxy) return;  // which answers these by itself, looking at no session
    assert_rv(p11->C_GetFunctionStatus(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_GetFunctionStatus(77777), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_CancelFunction(77777), CKR_SESSION_HANDLE_INVALID);
}

void statement_090_there_is_no_random_number_generator(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_BYTE bytes[4] = {0xA5, 0xA5, 0xA5, 0xA5};
        const CK_SESSION_HANDLE session = open_session((enum token)token, CKF_RW_SESSION);
        assert_int_equal(token_flags((enum token)token) & CKF_RNG, 0);
        assert_rv(p11->C_GenerateRandom(session, bytes, sizeof(bytes)), CKR_RANDOM_NO_RNG);
        assert_int_equal(bytes[0], 0xA5);
        assert_rv(p11->C_GenerateRandom(session, bytes, 0), CKR_RANDOM_NO_RNG);
        assert_rv(p11->C_SeedRandom(session, bytes, sizeof(bytes)), CKR_RANDOM_NO_RNG);
        assert_rv(p11->C_GenerateRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_SeedRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_GenerateRandom(77777, bytes, 1), CKR_SESSION_HANDLE_INVALID);
        assert_rv(p11->C_SeedRandom(77777, bytes, 1), CKR_SESSION_HANDLE_INVALID);
        assert_rv(p11->C_GenerateRandom(CK_INVALID_HANDLE, NULL, 1), CKR_SESSION_HANDLE_INVALID);
    }
}

void statement_091_there_is_no_state_to_save_and_nothing_validated(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        CK_BYTE saved[64] = {0};
        CK_ULONG length = sizeof(saved);
        CK_FLAGS flags = ~0UL;
        assert_rv(p11->C_GetOperationState(keys.session, saved, &length), CKR_OPERATION_NOT_INITIALIZED);
        begin_operations(keys, kAllOperations);
        assert_rv(p11->C_GetOperationState(keys.session, NULL, &length), CKR_STATE_UNSAVEABLE);
        assert_rv(p11->C_GetOperationState(keys.session, saved, NULL), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_SetOperationState(keys.session, saved, sizeof(saved), 0, 0),
                  CKR_SAVED_STATE_INVALID);
        assert_rv(p11->C_SetOperationState(keys.session, NULL, 0, 0, 0), CKR_ARGUMENTS_BAD);
        finish_operations(keys, kAllOperations);
        if (p11->C_GetSessionValidationFlags == NULL) continue;
        assert_rv(p11->C_GetSessionValidationFlags(keys.session, CKS_LAST_VALIDATION_OK, &flags), CKR_OK);
        assert_int_equal(flags, 0);
        assert_rv(p11->C_GetSessionValidationFlags(keys.session, CKS_LAST_VALIDATION_OK, NULL),
                  CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_GetSessionValidationFlags(keys.session, 77, &flags), CKR_ARGUMENTS_BAD);
    }
}

static int is_bound(const struct swept* function) {
    static const char* const kBound[] = {
#define JPKI_BOUND(name) #name,
#define JPKI_UNBOUND(name)
#define JPKI_BIND_always JPKI_BOUND
#define JPKI_BIND_supported JPKI_BOUND
#define JPKI_BIND_answers(rv) JPKI_BOUND
#define JPKI_BIND_not_supported JPKI_UNBOUND
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) JPKI_BIND_##answer(name)
#include "entry/functions.def"
#undef JPKI_FUNCTION
    };
    for (size_t i = 0; i < sizeof(kBound) / sizeof(kBound[0]); ++i)
        if (sweep_is(function, kBound[i])) return 1;
    return 0;
}

// Bound to a refusal of its own.
static CK_RV particular_refusal(const struct swept* function) {
    if (sweep_is(function, "C_InitToken")) return CKR_FUNCTION_NOT_SUPPORTED;
    if (sweep_is(function, "C_InitPIN")) return CKR_USER_NOT_LOGGED_IN;
    if (sweep_is(function, "C_GetOperationState")) return CKR_STATE_UNSAVEABLE;
    if (sweep_is(function, "C_SetOperationState")) return CKR_SAVED_STATE_INVALID;
    if (sweep_is(function, "C_AsyncComplete") || sweep_is(function, "C_AsyncGetID") ||
        sweep_is(function, "C_AsyncJoin"))
        return CKR_SESSION_ASYNC_NOT_SUPPORTED;
    return CKR_OK;
}

static void assert_refused(const struct swept* function, struct keys keys, CK_SLOT_ID slot, CK_RV expected) {
    const CK_OBJECT_HANDLE handles[] = {keys.private_key, keys.public_key, CK_INVALID_HANDLE};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); ++i) {
        sweep_scratch(4);
        sweep_session(keys.session);
        sweep_slot(slot);
        sweep_handles(handles[i]);
        const CK_RV rv = function->call(kList3_2);
        if (rv != expected) fail_msg("%s answered 0x%lx, not 0x%lx", function->name, rv, expected);
    }
    if (!sweep_takes_session(function)) return;
    sweep_session(77777);
    const CK_RV rv = function->call(kList3_2);
    if (rv != CKR_SESSION_HANDLE_INVALID) fail_msg("%s in no session answered 0x%lx", function->name, rv);
}

void statement_091_unsupported_functions_say_so_and_change_nothing(void** state) {
    (void)state;
    enum { kUnbound = 46, kParticular = 7 };
    for (int token = 0; token < kTokens; ++token) {
        CK_SESSION_INFO before;
        CK_SESSION_INFO after;
        CK_OBJECT_HANDLE objects[32];
        int unbound = 0;
        int particular = 0;
        const struct keys keys = open_keys((enum token)token);
        const CK_SLOT_ID slot = slot_of((enum token)token);
        const CK_ULONG visible = find_objects(keys.session, ~0UL, objects, 32);
        assert_rv(p11->C_GetSessionInfo(keys.session, &before), CKR_OK);
        begin_operations(keys, kAllOperations);
        const unsigned long apdus = vcard_apdus_steady();
        for (size_t i = 0; i < kSweptFunctions; ++i) {
            const CK_RV refusal =
                is_bound(&kSwept[i]) ? particular_refusal(&kSwept[i]) : CKR_FUNCTION_NOT_SUPPORTED;
            if (refusal == CKR_OK) continue;
            ++*(is_bound(&kSwept[i]) ? &particular : &unbound);
            if (sweep_offered(&kSwept[i])) assert_refused(&kSwept[i], keys, slot, refusal);
        }
        assert_int_equal(unbound, kUnbound);
        assert_int_equal(particular, kParticular);
        assert_int_equal(vcard_apdus(), apdus);
        finish_operations(keys, kAllOperations);
        assert_rv(p11->C_GetSessionInfo(keys.session, &after), CKR_OK);
        assert_int_equal(after.state, before.state);
        assert_int_equal(find_objects(keys.session, ~0UL, objects, 32), visible);
    }
}
