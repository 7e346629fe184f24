// fork() without a card: the child starts from nothing, the parent does not notice (PKCS#11 3.2 §5.4.1).
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "support/ban.h"
#include "support/module.h"
#include "support/process.h"

static int child_is_not_initialized(void) {
    CK_INFO info;
    CK_ULONG count = 0;
    check(p11->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_CloseSession(1) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_Finalize(NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
    return 0;
}

static int child_starts_anew(void) {
    CK_ULONG count = 99;
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(p11->C_Initialize(NULL) == CKR_CRYPTOKI_ALREADY_INITIALIZED);
    check(p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_OK);
    check(count == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static int grandchild_starts_anew_twice(void) {
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(in_fork(child_is_not_initialized) == 0);
    check(in_fork(child_starts_anew) == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static void the_child_is_not_initialized(void** state) {
    (void)state;
    CK_INFO info;
    assert_int_equal(in_fork(child_is_not_initialized), 0);
    assert_rv(p11->C_GetInfo(&info), CKR_OK);
}

static void the_child_can_initialize_for_itself(void** state) {
    (void)state;
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);  // the parent has a thread now
    assert_int_equal(in_fork(child_starts_anew), 0);
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
}

static void the_grandchild_can_too(void** state) {
    (void)state;
    assert_int_equal(in_fork(grandchild_starts_anew_twice), 0);
}

// The first process of a pid namespace, as in a container, and as its child the first process of another one.
enum { kRefused = 77 };

static int enter_namespace(void) {
    return unshare(CLONE_NEWPID) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0 ? 0 : kRefused;
}

static int first_process_within(void) {
    check(getpid() == 1);
    check(child_is_not_initialized() == 0);
    return child_starts_anew();
}

static int first_process(void) {
    CK_INFO info;
    check(getpid() == 1);
    check(p11->C_Initialize(NULL) == CKR_OK);
    if (enter_namespace() != 0) return kRefused;
    const int child = in_fork(first_process_within);
    check(p11->C_GetInfo(&info) == CKR_OK);
    return child;
}

static int makes_namespaces(void) { return enter_namespace() != 0 ? kRefused : in_fork(first_process); }

static void a_child_of_its_parents_number_is_not_initialized(void** state) {
    (void)state;
    const int status = in_fork(makes_namespaces);
    if (status == kRefused) skip();
    assert_int_equal(status, 0);
}

static atomic_bool stop;

static void* keep_locks_busy(void* unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        CK_INFO info;
        CK_ULONG count = 0;
        (void)p11->C_GetInfo(&info);
        (void)p11->C_GetSlotList(CK_FALSE, NULL, &count);
        (void)p11->C_CloseSession(1);
    }
    return NULL;
}

static void the_child_does_not_wait_for_locks_of_the_parents_threads(void** state) {
    (void)state;
    pthread_t threads[4];
    atomic_store(&stop, false);
    for (size_t i = 0; i < 4; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_locks_busy, NULL), 0);
    int worst = 0;
    for (int round = 0; round < 30 && worst == 0; ++round) {
        worst = in_fork(child_is_not_initialized);
// libasan of gcc 12 does not hand its own locks over to a child of a busy multithreaded parent.
#ifndef __SANITIZE_ADDRESS__
        if (worst == 0) worst = in_fork(child_starts_anew);
#endif
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < 4; ++i)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(worst, 0);
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized, finalized)
    const struct CMUnitTest tests[] = {
        TEST(the_child_is_not_initialized),
        TEST(the_child_can_initialize_for_itself),
        TEST(the_grandchild_can_too),
        TEST(a_child_of_its_parents_number_is_not_initialized),
        TEST(the_child_does_not_wait_for_locks_of_the_parents_threads),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
