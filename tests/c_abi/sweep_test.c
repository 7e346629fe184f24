// All 104 functions, through each list that has them, before C_Initialize and without a single valid handle.
#include "support/sweep.h"
#include "support/ban.h"
#include "support/process.h"

static void assert_answer(const struct swept* function, enum sweep_list list, CK_RV expected) {
    const CK_RV actual = function->call(list);
    if (actual == expected) return;
    fail_msg("%s through list %d answered 0x%lx, expected 0x%lx", function->name, (int)list, actual,
             expected);
}

static int works_before_initialize(const struct swept* function) {
    return sweep_is(function, "C_Initialize") || sweep_is(function, "C_GetFunctionList") ||
           sweep_is(function, "C_GetInterface") || sweep_is(function, "C_GetInterfaceList");
}

static unsigned assert_none_is_initialized(void) {
    unsigned calls = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (works_before_initialize(&kSwept[i])) continue;
        for (enum sweep_list list = kSwept[i].since; list < kLists; ++list, ++calls)
            assert_answer(&kSwept[i], list, CKR_CRYPTOKI_NOT_INITIALIZED);
    }
    return calls;
}

static void before_initialize_every_function_says_so_whatever_its_arguments(void** state) {
    (void)state;
    const unsigned expected = 68 + 92 + 104 - (2 + 4 + 4);
    sweep_nothing();
    assert_int_equal(assert_none_is_initialized(), expected);
    const CK_ULONG values[] = {0, 1, 8, ~0UL};
    for (size_t i = 0; i < 4; ++i) {
        sweep_scratch(values[i]);
        sweep_session(values[i]);
        sweep_slot(values[i]);
        sweep_handles(values[i]);
        assert_int_equal(assert_none_is_initialized(), expected);
    }
}

static void after_finalize_it_is_as_before_initialize(void** state) {
    (void)state;
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    sweep_nothing();
    (void)assert_none_is_initialized();
    sweep_scratch(8);
    (void)assert_none_is_initialized();
}

static unsigned assert_session_is_invalid(void) {
    unsigned calls = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (!sweep_takes_session(&kSwept[i])) continue;
        for (enum sweep_list list = kSwept[i].since; list < kLists; ++list, ++calls)
            assert_answer(&kSwept[i], list, CKR_SESSION_HANDLE_INVALID);
    }
    return calls;
}

static void a_bad_session_comes_before_every_other_complaint(void** state) {
    (void)state;
    const CK_SESSION_HANDLE sessions[] = {0, 1, 88888, ~0UL};
    for (size_t i = 0; i < 4; ++i) {
        sweep_nothing();
        sweep_session(sessions[i]);
        assert_true(assert_session_is_invalid() > 200);
        for (CK_ULONG length = 0; length <= 8; length += 4) {
            sweep_scratch(length);
            sweep_session(sessions[i]);
            sweep_handles(sessions[i]);
            (void)assert_session_is_invalid();
        }
    }
}

static void a_bad_slot_comes_before_every_other_complaint(void** state) {
    (void)state;
    unsigned functions = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (!sweep_takes_slot(&kSwept[i])) continue;
        ++functions;
        for (enum sweep_list list = kSwept[i].since; list < kLists; ++list) {
            sweep_nothing();
            sweep_slot(88888);
            assert_answer(&kSwept[i], list, CKR_SLOT_ID_INVALID);
            sweep_scratch(8);
            sweep_slot(88888);
            assert_answer(&kSwept[i], list, CKR_SLOT_ID_INVALID);
        }
    }
    assert_int_equal(functions, 7);
}

static void the_remaining_functions_refuse_null(void** state) {
    (void)state;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        const struct swept* function = &kSwept[i];
        if (sweep_takes_session(function) || sweep_takes_slot(function)) continue;
        if (sweep_is(function, "C_Finalize")) continue;
        const int begins = sweep_is(function, "C_Initialize");
        for (enum sweep_list list = function->since; list < kLists; ++list) {
            sweep_nothing();
            assert_answer(function, list, begins ? CKR_CRYPTOKI_ALREADY_INITIALIZED : CKR_ARGUMENTS_BAD);
        }
    }
}

static void no_combination_of_null_pointers_hurts(void** state) {
    (void)state;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (sweep_is(&kSwept[i], "C_Finalize")) continue;
        void** pointers[kMostPointers];
        const size_t count = sweep_pointers(&kSwept[i], pointers);
        for (unsigned mask = 0; mask < 1U << count; ++mask) {
            for (CK_ULONG length = 0; length <= 4; length += 4) {
                sweep_scratch(length);
                for (size_t bit = 0; bit < count; ++bit)
                    if ((mask >> bit & 1U) != 0) *pointers[bit] = NULL;
                const CK_RV rv = kSwept[i].call(kList3_2);
                if (rv == CKR_GENERAL_ERROR || rv == CKR_HOST_MEMORY || rv == CKR_FUNCTION_FAILED)
                    fail_msg("%s answered 0x%lx", kSwept[i].name, rv);
            }
        }
    }
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized, finalized)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_initialize_every_function_says_so_whatever_its_arguments),
        cmocka_unit_test(after_finalize_it_is_as_before_initialize),
        TEST(a_bad_session_comes_before_every_other_complaint),
        TEST(a_bad_slot_comes_before_every_other_complaint),
        TEST(the_remaining_functions_refuse_null),
        TEST(no_combination_of_null_pointers_hurts),
    };
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
