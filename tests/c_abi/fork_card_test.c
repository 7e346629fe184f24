// fork() with a card: a child is no heir of its parent's connections to pcscd, and touches nobody else's.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/raw_card.h"
#include "support/session.h"

enum { kPatience = 3000, kHelpersLife = 15000 };

static volatile pid_t* helper;  // shared with the processes below

static void leave_a_helper(void) {
    const pid_t child = fork();
    if (child == 0) {
        sleep_ms(kHelpersLife);
        _exit(0);
    }
    *helper = child;
    (void)kill(getpid(), SIGKILL);
}

static int sign_in_a_lease(void) {
    CK_BYTE signature[256];
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    return sign_text(session, find_key(session, CKO_PRIVATE_KEY), "the last words", signature) == CKR_OK ? 0
                                                                                                         : 1;
}

static int sign_and_log_out(void) {
    check(sign_in_a_lease() == 0);
    check(p11->C_CloseAllSessions(slot_of(kAuthentication)) == CKR_OK);
    return 0;
}

// Within the linger, where the card has the PIN.
static int signs_forks_and_dies(void) {
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(sign_in_a_lease() == 0);
    leave_a_helper();
    return 1;
}

// The same as a helper of a helper has it.
static int dies_as_a_grandparent(void) {
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(sign_in_a_lease() == 0);
    if (fork() == 0) {
        leave_a_helper();
        _exit(1);
    }
    while (*helper == 0)
        sleep_ms(1);
    (void)kill(getpid(), SIGKILL);
    return 1;
}

// Whether it signs for them is another matter: this card keeps a login over the reset that a death is
// (SECURITY.md).
static int others_reach_it(void) {
    return raw_sign_status(kFacts[kAuthentication].key_sfi, NULL) < 0 ? 1 : 0;
}

static void expect_a_free_card_after(int (*life)(void)) {
    *helper = 0;
    assert_int_equal(in_fork(life), 128 + SIGKILL);
    const unsigned long start = now_ms();
    const int status = in_fork(others_reach_it);
    const unsigned long took = now_ms() - start;
    assert_int_equal(kill(*helper, SIGKILL), 0);  // it lived all the while
    assert_int_equal(status, 0);
    assert_in_range(took, 0, kPatience);
}

static void a_helper_does_not_keep_a_dead_hosts_card(void** state) {
    (void)state;
    expect_a_free_card_after(signs_forks_and_dies);
}

static void nor_does_a_helpers_helper(void** state) {
    (void)state;
    expect_a_free_card_after(dies_as_a_grandparent);
}

// --- what belongs to the host itself

static unsigned files_of_host;

static int has_the_hosts_files(void) {
    check(count_files() == files_of_host);
    return 0;
}

static int starts_anew_and_signs(void) {
    check(has_the_hosts_files() == 0);
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(sign_and_log_out() == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(has_the_hosts_files() == 0);
    return 0;
}

static int uses_the_card_itself(void) {
    SCARDCONTEXT before = 0;
    SCARDCONTEXT after = 0;
    char readers[1024];
    DWORD size = sizeof(readers);
    const unsigned files = count_files();
    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &before) == SCARD_S_SUCCESS);
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(sign_and_log_out() == 0);
    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &after) == SCARD_S_SUCCESS);
    files_of_host = files + 2;
    check(count_files() > files_of_host);
    check(in_fork(has_the_hosts_files) == 0);
    check(in_fork(starts_anew_and_signs) == 0);
    check(SCardListReaders(before, NULL, readers, &size) == SCARD_S_SUCCESS);
    check(sign_and_log_out() == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(SCardReleaseContext(before) == SCARD_S_SUCCESS);
    check(SCardReleaseContext(after) == SCARD_S_SUCCESS);
    check(count_files() == files);
    return 0;
}

static void a_child_keeps_what_is_the_hosts(void** state) {
    (void)state;
    assert_int_equal(in_fork(uses_the_card_itself), 0);
}

// --- locks of threads that a child does not have

static atomic_bool stop;

static void* stay_busy(void* unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        CK_MECHANISM sha = {CKM_SHA256, NULL, 0};
        CK_MECHANISM_INFO mechanism;
        CK_BYTE data[16] = {0};
        CK_BYTE digest[32];
        CK_ULONG size = sizeof(digest);
        CK_SESSION_HANDLE session = 0;
        if (p11->C_OpenSession(slot_of(kAuthentication), CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
            continue;
        for (int i = 0; i < 50; ++i) {
            size = sizeof(digest);
            (void)p11->C_DigestInit(session, &sha);
            (void)p11->C_Digest(session, data, sizeof(data), digest, &size);
            (void)p11->C_GetMechanismInfo(slot_of(kAuthentication), CKM_RSA_PKCS_PSS, &mechanism);
        }
        (void)p11->C_CloseSession(session);
    }
    return NULL;
}

static int lives_with_busy_threads(void) {
    enum { kThreads = 3, kChildren = 12 };
    pthread_t threads[kThreads];
    int worst = 0;
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(wait_for_card() == 0);
    check(sign_and_log_out() == 0);
    files_of_host = count_files();
    for (int i = 0; i < kThreads; ++i)
        check(pthread_create(&threads[i], NULL, stay_busy, NULL) == 0);
    for (int round = 0; round < kChildren && worst == 0; ++round) {
        sleep_ms(7);
        const pid_t child = fork();
        if (child == 0)
            _exit(p11->C_Initialize(NULL) == CKR_OK && wait_for_card() == 0 ? sign_and_log_out() : 1);
        worst = end_fork(child);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < kThreads; ++i)
        (void)pthread_join(threads[i], NULL);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return worst;
}

__attribute__((unused)) static void a_child_of_a_busy_parent_signs(void** state) {
    (void)state;
    assert_int_equal(in_fork(lives_with_busy_threads), 0);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
    helper = mmap(NULL, sizeof(*helper), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (helper == MAP_FAILED) return 3;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_does_not_keep_a_dead_hosts_card),
        cmocka_unit_test(nor_does_a_helpers_helper),
        cmocka_unit_test(a_child_keeps_what_is_the_hosts),
// libasan of gcc 12 does not hand its own locks over to a child of a busy multithreaded parent.
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(a_child_of_a_busy_parent_signs),
#endif
    };
    return cmocka_run_group_tests_name("fork_card", tests, NULL, NULL);
}
