// C_Initialize and C_Finalize (PKCS#11 3.2 §§3.7.4, 5.4.1, 5.4.2), without a pcscd.
#include <string.h>

#include "support/ban.h"
#include "support/module.h"
#include "support/process.h"

static CK_C_INITIALIZE_ARGS no_arguments(void) {
    CK_C_INITIALIZE_ARGS arguments;
    memset(&arguments, 0, sizeof(arguments));
    return arguments;
}

static unsigned mutex_calls;
static CK_RV create_mutex(CK_VOID_PTR_PTR mutex) {
    static int dummy;
    *mutex = &dummy;
    ++mutex_calls;
    return CKR_OK;
}
static CK_RV use_mutex(CK_VOID_PTR mutex) {
    (void)mutex;
    ++mutex_calls;
    return CKR_OK;
}

static CK_C_INITIALIZE_ARGS with_mutexes(unsigned which, CK_FLAGS flags) {
    CK_C_INITIALIZE_ARGS arguments = no_arguments();
    arguments.CreateMutex = (which & 1U) != 0 ? create_mutex : NULL;
    arguments.DestroyMutex = (which & 2U) != 0 ? use_mutex : NULL;
    arguments.LockMutex = (which & 4U) != 0 ? use_mutex : NULL;
    arguments.UnlockMutex = (which & 8U) != 0 ? use_mutex : NULL;
    arguments.flags = flags;
    return arguments;
}

static void use_slots(void) {
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
}

static void the_three_finders_work_before_initialize(void** state) {
    (void)state;
    CK_FUNCTION_LIST* list = NULL;
    CK_INTERFACE* interface = NULL;
    CK_ULONG count = 0;
    assert_rv(p11->C_GetFunctionList(&list), CKR_OK);
    assert_rv(p11->C_GetInterface(NULL, NULL, &interface, 0), CKR_OK);
    assert_rv(p11->C_GetInterfaceList(NULL, &count), CKR_OK);
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void a_hundred_cycles_keep_no_files_and_no_threads(void** state) {
    (void)state;
    // The first cycle opens what stays (libraries, entropy), so it is not counted.
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    use_slots();
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    const unsigned threads = count_threads_steady(1);
    const unsigned files = count_files();
    for (int cycle = 0; cycle < 100; ++cycle) {
        assert_rv(p11->C_Initialize(NULL), CKR_OK);
        use_slots();
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
    assert_int_equal(count_threads_steady(threads), threads);
    assert_int_equal(count_files(), files);
}

static void initializing_twice_says_so_and_leaves_the_first_alone(void** state) {
    (void)state;
    CK_INFO info;
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    assert_rv(p11->C_GetInfo(&info), CKR_OK);
}

static void reserved_arguments_are_refused_and_nothing_begins(void** state) {
    (void)state;
    CK_INFO info;
    CK_C_INITIALIZE_ARGS arguments = no_arguments();
    arguments.pReserved = &info;
    assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void all_fourteen_partial_sets_of_mutex_functions_are_refused(void** state) {
    (void)state;
    CK_INFO info;
    for (unsigned which = 1; which < 15; ++which) {
        for (CK_FLAGS flags = 0; flags <= CKF_OS_LOCKING_OK; flags += CKF_OS_LOCKING_OK) {
            CK_C_INITIALIZE_ARGS arguments = with_mutexes(which, flags);
            assert_rv(p11->C_Initialize(&arguments), CKR_ARGUMENTS_BAD);
            assert_rv(p11->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
        }
    }
}

static void mutex_functions_without_leave_for_the_systems_locks_cannot_be_honoured(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = with_mutexes(15, 0);
    assert_rv(p11->C_Initialize(&arguments), CKR_CANT_LOCK);
    assert_rv(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void mutex_functions_with_that_leave_are_accepted(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = with_mutexes(15, CKF_OS_LOCKING_OK);
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
    use_slots();
}

static void a_host_that_forbids_threads_gets_none(void** state) {
    (void)state;
    const unsigned threads = count_threads_steady(1);
    const CK_FLAGS flags[] = {CKF_LIBRARY_CANT_CREATE_OS_THREADS,
                              CKF_LIBRARY_CANT_CREATE_OS_THREADS | CKF_OS_LOCKING_OK};
    for (size_t i = 0; i < 2; ++i) {
        CK_C_INITIALIZE_ARGS arguments = no_arguments();
        arguments.flags = flags[i];
        assert_rv(p11->C_Initialize(&arguments), CKR_OK);
        use_slots();
        assert_int_equal(count_threads(), threads);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}

static void initialize_itself_makes_no_thread(void** state) {
    (void)state;
    const unsigned threads = count_threads_steady(1);
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_int_equal(count_threads(), threads);
}

static void unknown_flags_are_ignored(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = no_arguments();
    arguments.flags = ~(CK_FLAGS)CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
}

static void finalize_refuses_an_argument_and_stays_initialized(void** state) {
    (void)state;
    CK_INFO info;
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(p11->C_Finalize(&info), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInfo(&info), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
}

static void finalize_twice_or_too_early_says_not_initialized(void** state) {
    (void)state;
    assert_rv(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(p11->C_Finalize(&mutex_calls), CKR_CRYPTOKI_NOT_INITIALIZED);
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_teardown(name, finalized)
    const struct CMUnitTest tests[] = {
        TEST(the_three_finders_work_before_initialize),
        TEST(a_hundred_cycles_keep_no_files_and_no_threads),
        TEST(initializing_twice_says_so_and_leaves_the_first_alone),
        TEST(reserved_arguments_are_refused_and_nothing_begins),
        TEST(all_fourteen_partial_sets_of_mutex_functions_are_refused),
        TEST(mutex_functions_without_leave_for_the_systems_locks_cannot_be_honoured),
        TEST(mutex_functions_with_that_leave_are_accepted),
        TEST(a_host_that_forbids_threads_gets_none),
        TEST(initialize_itself_makes_no_thread),
        TEST(unknown_flags_are_ignored),
        TEST(finalize_refuses_an_argument_and_stays_initialized),
        TEST(finalize_twice_or_too_early_says_not_initialized),
    };
    return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
