// fork() and several processes (PKCS#11 3.2 §5.4.1). Without a card, tests/c_abi asks more of them.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "stage.h"
#include "statements.h"

static struct signer parent;

static void parent_logs_in(void) {
    parent.session = open_logged_in(kAuthentication);
    parent.key = find_key(parent.session, CKO_PRIVATE_KEY);
}

static void assert_parent_signs(void) {
    CK_BYTE signature[256];
    assert_rv(sign_text(parent.session, parent.key, "of the parent", signature), CKR_OK);
    assert_int_equal(vcard_oracle("auth_pin", "failed"), 0);
}

static int child_is_not_initialized(void) {
    CK_BYTE signature[256];
    CK_INFO info;
    CK_SESSION_INFO session_info;
    CK_ULONG count = 0;
    check(p11->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_GetSessionInfo(parent.session, &session_info) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(sign_text(parent.session, parent.key, "of the child", signature) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_Logout(parent.session) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_CloseSession(parent.session) == CKR_CRYPTOKI_NOT_INITIALIZED);
    check(p11->C_Finalize(NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
    return 0;
}

static int child_is_not_initialized_and_exits(void) {
    check(child_is_not_initialized() == 0);
    leaks_are_meant();
    exit(0);
}

void statement_117_a_forked_child_is_not_initialized_and_the_parent_goes_on(void** state) {
    (void)state;
    parent_logs_in();
    assert_parent_signs();
    assert_int_equal(in_fork(child_is_not_initialized), 0);  // the parent's lease lingers
    assert_parent_signs();
    const unsigned long before = vcard_apdus_steady();
    assert_int_equal(in_fork(child_is_not_initialized_and_exits), 0);
    assert_int_equal(vcard_apdus_steady(), before);
    assert_parent_signs();
}

static int child_signs_on_its_own(void) {
    CK_BYTE signature[256];
    CK_SESSION_INFO info;
    struct signer own;
    check(child_logs_in(kAuthentication, &own) == 0);
    check(p11->C_Initialize(NULL) == CKR_CRYPTOKI_ALREADY_INITIALIZED);
    check(p11->C_GetSessionInfo(parent.session, &info) == CKR_SESSION_HANDLE_INVALID);
    check(sign_text(own.session, parent.key, "of the child", signature) == CKR_KEY_HANDLE_INVALID);
    check(child_signs(&own) == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static int child_signs_and_its_child_too(void) {
    check(child_signs_on_its_own() == 0);
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(in_fork(child_is_not_initialized) == 0);
    check(in_fork(child_signs_on_its_own) == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

void statement_118_a_forked_child_may_initialize_and_log_in_by_itself(void** state) {
    (void)state;
    parent_logs_in();
    assert_int_equal(in_fork(child_signs_on_its_own), 0);
    assert_parent_signs();
    assert_int_equal(in_fork(child_signs_and_its_child_too), 0);
    assert_parent_signs();
}

static atomic_bool stop;

static void* keep_locks_busy(void* argument) {
    const struct signer* own = argument;
    while (!atomic_load(&stop)) {
        CK_BYTE signature[256];
        CK_TOKEN_INFO info;
        CK_ULONG count = 0;
        CK_SESSION_INFO session_info;
        (void)p11->C_GetSlotList(CK_FALSE, NULL, &count);
        (void)p11->C_GetSessionInfo(own->session, &session_info);
        (void)p11->C_GetTokenInfo(session_info.slotID, &info);
        (void)sign_text(own->session, own->key, "busy", signature);
        (void)p11->C_CloseSession(88888);
    }
    return NULL;
}

#ifndef __SANITIZE_ADDRESS__
// Without a word to the card, which the parent's threads hardly let go of.
static int child_begins_anew(void) {
    check(child_is_not_initialized() == 0);
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}
#endif

void statement_119_a_fork_while_others_work_does_not_deadlock_the_child(void** state) {
    (void)state;
    enum { kThreads = 4, kForks = 40 };
    pthread_t threads[kThreads];
    struct signer signers[kThreads];
    int worst = 0;
    parent_logs_in();
    for (size_t i = 0; i < kThreads; ++i)
        signers[i] = (struct signer){open_session(kAuthentication, 0), parent.key};
    atomic_store(&stop, 0);
    for (size_t i = 0; i < kThreads; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_locks_busy, &signers[i]), 0);
    for (int i = 0; i < kForks && worst == 0; ++i) {
        worst = in_fork(child_is_not_initialized);
// In process the parent's locks are those of the virtual readers, too; and libasan of gcc 12 does not hand
// its own over to a child of a busy parent.
#ifndef __SANITIZE_ADDRESS__
        if (worst == 0 && stage_way == kShared) worst = in_fork(child_begins_anew);
#endif
    }
    atomic_store(&stop, 1);
    for (size_t i = 0; i < kThreads; ++i)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(worst, 0);
    assert_parent_signs();
}

enum { kTurns = 5 };
static int to_child[2];
static int to_parent[2];

static int child_takes_turns(void) {
    struct signer own;
    char turn = 0;
    (void)close(to_child[1]);
    check(child_logs_in(kAuthentication, &own) == 0);
    while (read(to_child[0], &turn, 1) == 1) {
        check(child_signs(&own) == 0);
        check(write(to_parent[1], &turn, 1) == 1);
    }
    // And now both at once.
    for (int i = 0; i < kTurns; ++i)
        check(child_signs(&own) == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

void statement_120_two_processes_sign_alternately(void** state) {
    (void)state;
    parent_logs_in();
    assert_int_equal(pipe(to_child) + pipe(to_parent), 0);
    const pid_t child = begin_fork(child_takes_turns);
    assert_true(child > 0);
    for (int i = 0; i < kTurns; ++i) {
        char turn = (char)i;
        const unsigned long start = now_ms();
        assert_parent_signs();
        assert_int_equal(write(to_child[1], &turn, 1), 1);
        assert_int_equal(read(to_parent[0], &turn, 1), 1);
        // Neither keeps the card longer than its linger; pcsc-lite lets a waiting one look five times a
        // second.
        assert_in_range(now_ms() - start, 0, 2000);
        if (i == 2) stage_reset_by_another_client();
    }
    (void)close(to_child[1]);
    for (int i = 0; i < kTurns; ++i)
        assert_parent_signs();
    assert_int_equal(end_fork(child), 0);
    (void)close(to_child[0]);
    (void)close(to_parent[0]);
    (void)close(to_parent[1]);
}
