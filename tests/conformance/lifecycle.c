// C_Initialize and C_Finalize (PKCS#11 3.2 §§3.7.4, 5.4.1, 5.4.2). Without a card, tests/c_abi asks more of
// them.
#include "init_args.h"
#include "stage.h"
#include "statements.h"
#include "support/sweep.h"

static void assert_initialized(void) {
    CK_INFO info;
    assert_rv(p11->C_GetInfo(&info), CKR_OK);
}

static void assert_not_initialized(void) {
    CK_INFO info;
    assert_rv(p11->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void log_in_and_sign(enum token token) {
    CK_BYTE signature[256];
    const CK_SESSION_HANDLE session = open_logged_in(token);
    assert_rv(sign_text(session, find_key(session, CKO_PRIVATE_KEY), "as usual", signature), CKR_OK);
}

void statement_001_lists_and_interfaces_are_given_before_initialize(void** state) {
    (void)state;
    CK_FUNCTION_LIST* list = NULL;
    CK_INTERFACE* interface = NULL;
    CK_ULONG count = 0;
    assert_rv(p11->C_GetFunctionList(&list), CKR_OK);
    assert_rv(p11->C_GetInterface(NULL, NULL, &interface, 0), CKR_OK);
    assert_rv(p11->C_GetInterfaceList(NULL, &count), CKR_OK);
    assert_non_null(list);
    assert_non_null(interface);
    assert_int_equal(count, 4);
    assert_not_initialized();
}

void statement_002_every_other_function_says_not_initialized_before_initialize(void** state) {
    (void)state;
    unsigned functions = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (sweep_is(&kSwept[i], "C_Initialize") || sweep_is(&kSwept[i], "C_GetFunctionList") ||
            sweep_is(&kSwept[i], "C_GetInterface") || sweep_is(&kSwept[i], "C_GetInterfaceList"))
            continue;
        sweep_scratch(8);
        sweep_session(88888);
        sweep_slot(88888);
        sweep_handles(88888);
        const CK_RV rv = kSwept[i].call(kList3_2);
        if (rv != CKR_CRYPTOKI_NOT_INITIALIZED) fail_msg("%s answered 0x%lx", kSwept[i].name, rv);
        ++functions;
    }
    assert_int_equal(functions, 100);
}

void statement_003_a_hundred_cycles_leave_no_handle_and_no_thread(void** state) {
    (void)state;
    unsigned threads = 0;
    unsigned files = 0;
    for (int cycle = 0; cycle <= 100; ++cycle) {
        CK_ULONG count = 0;
        assert_rv(p11->C_Initialize(NULL), CKR_OK);
        assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
        if (cycle % 20 == 0) {
            assert_int_equal(wait_for_card(), 0);
            log_in_and_sign(kAuthentication);
        }
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
        // The first cycle opens what stays (libraries, entropy), so it is not counted.
        if (cycle > 0) continue;
        threads = count_threads_steady(threads_at_start);
        files = count_files();
    }
    assert_int_equal(count_threads_steady(threads), threads);
    assert_int_equal(count_files(), files);
}

void statement_004_a_second_initialize_is_refused_and_harms_nothing(void** state) {
    (void)state;
    CK_BYTE signature[256];
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    assert_rv(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    CK_C_INITIALIZE_ARGS other = init_args(kNoCallbacks, CKF_LIBRARY_CANT_CREATE_OS_THREADS);
    assert_rv(p11->C_Initialize(&other), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    assert_rv(sign_text(session, key, "still the first", signature), CKR_OK);
}

void statement_005_a_reserved_argument_is_refused_and_leaves_the_library_uninitialized(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = init_args(kNoCallbacks, CKF_OS_LOCKING_OK);
    arguments.pReserved = &arguments;
    assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
    assert_not_initialized();
    arguments.pReserved = NULL;
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
}

void statement_006_fourteen_partial_sets_of_mutex_callbacks_are_refused(void** state) {
    (void)state;
    for (unsigned callbacks = 1; callbacks < kAllCallbacks; ++callbacks) {
        for (CK_FLAGS flags = 0; flags <= CKF_OS_LOCKING_OK; flags += CKF_OS_LOCKING_OK) {
            CK_C_INITIALIZE_ARGS arguments = init_args(callbacks, flags);
            assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
            assert_not_initialized();
        }
    }
}

void statement_007_mutex_callbacks_without_os_locking_cannot_lock(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = init_args(kAllCallbacks, 0);
    assert_rv(p11->C_Initialize(&arguments), CKR_CANT_LOCK);
    assert_not_initialized();
}

void statement_008_mutex_callbacks_with_os_locking_are_welcome(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = init_args(kAllCallbacks, CKF_OS_LOCKING_OK);
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
    assert_int_equal(wait_for_card(), 0);
    log_in_and_sign(kSignature);
}

void statement_009_a_host_that_forbids_threads_gets_none_and_can_sign(void** state) {
    (void)state;
    const unsigned threads = count_threads_steady(threads_at_start);
    for (CK_FLAGS more = 0; more <= CKF_OS_LOCKING_OK; more += CKF_OS_LOCKING_OK) {
        CK_C_INITIALIZE_ARGS arguments = init_args(kNoCallbacks, CKF_LIBRARY_CANT_CREATE_OS_THREADS | more);
        assert_rv(p11->C_Initialize(&arguments), CKR_OK);
        assert_int_equal(wait_for_card(), 0);
        for (int token = 0; token < kTokens; ++token) {
            log_in_and_sign((enum token)token);
            assert_int_equal(count_threads(), threads);
            // Nobody would log out later, so the call itself did.
            assert_false(stage_another_client_can_sign((enum token)token));
        }
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}

void statement_010_unknown_initialize_flags_are_ignored(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = init_args(kNoCallbacks, ~(CK_FLAGS)CKF_LIBRARY_CANT_CREATE_OS_THREADS);
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
    assert_initialized();
}

void statement_011_finalize_with_an_argument_is_refused_and_twice_is_too_often(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    assert_rv(p11->C_Finalize(&info), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSessionInfo(session, &info), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(p11->C_Finalize(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
}

void statement_012_handles_from_before_finalize_are_dead_after_initialize(void** state) {
    (void)state;
    enum { kMost = 16 };
    CK_SESSION_INFO info;
    CK_BYTE value[8];
    CK_ATTRIBUTE attribute = {CKA_CLASS, value, sizeof(value)};
    CK_SESSION_HANDLE before[kTokens];
    CK_OBJECT_HANDLE objects[kTokens][kMost];
    CK_ULONG count[kTokens];
    for (int token = 0; token < kTokens; ++token) {
        before[token] = open_logged_in((enum token)token);
        count[token] = find_objects(before[token], ~0UL, objects[token], kMost);
        assert_true(count[token] > 3);
    }
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(initialized_with_card(NULL), 0);
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE after = open_session((enum token)token, 0);
        assert_rv(p11->C_GetSessionInfo(after, &info), CKR_OK);
        assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
        for (int old = 0; old < kTokens; ++old)
            assert_rv(p11->C_GetSessionInfo(before[old], &info), CKR_SESSION_HANDLE_INVALID);
        assert_rv(log_in(after, kFacts[token].pin), CKR_OK);
        for (CK_ULONG i = 0; i < count[token]; ++i)
            assert_rv(p11->C_GetAttributeValue(after, objects[token][i], &attribute, 1),
                      CKR_OBJECT_HANDLE_INVALID);
    }
}

void statement_013_without_a_service_there_are_no_slots_until_it_comes(void** state) {
    (void)state;
    CK_SLOT_ID slots[8];
    CK_ULONG count = 99;
    stage_look_every(50);
    stage_stop_service(1);
    const unsigned long start = now_ms();
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    assert_int_equal(count, 0);
    assert_in_range(now_ms() - start, 0, 500);
    stage_stop_service(0);
    while (count == 0 && now_ms() - start < 5000) {
        sleep_ms(20);
        // With a buffer the known slots are listed; only a question for the number looks for new readers.
        count = 8;
        assert_rv(p11->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
        assert_int_equal(count, 0);
        assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    }
    assert_int_equal(count, 4);
    log_in_and_sign(kAuthentication);
}
