// Programs that end while logged in, without C_Finalize: afterwards another PC/SC client must find the card
// logged out. Each ends in a process of its own.
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/raw_card.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kSigned = 0x9000, kSecurityStatus = 0x6982, kThreads = 3 };

static CK_SESSION_HANDLE log_in_and_sign(enum token token) {
    CK_BYTE signature[256];
    const CK_SESSION_HANDLE session = open_logged_in(token);
    assert_rv(sign_text(session, find_key(session, CKO_PRIVATE_KEY), "the last words", signature), CKR_OK);
    return session;
}

static int sign_and_exit(void) {
    (void)log_in_and_sign(kAuthentication);
    return 0;
}

static int sign_with_both_and_exit(void) {
    (void)log_in_and_sign(kSignature);
    (void)log_in_and_sign(kAuthentication);
    return 0;
}

static int sign_and_exit_at_once(void) {
    (void)log_in_and_sign(kAuthentication);
    _exit(0);
}

static int log_in_and_unload(void) {
    (void)log_in_and_sign(kAuthentication);
    check(dlclose(module_library) == 0);
    return 0;
}

static int finalize_and_unload(void) {
    (void)log_in_and_sign(kAuthentication);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(dlclose(module_library) == 0);
    sleep_ms(50);
    return 0;
}

static void* sign_for_ever(void* unused) {
    CK_BYTE signature[256];
    CK_SESSION_HANDLE session = 0;
    (void)unused;
    if (p11->C_OpenSession(slot_of(kAuthentication), CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
        return NULL;
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    for (;;)
        (void)sign_text(session, key, "and again", signature);
}

static int exit_while_threads_sign(void) {
    (void)log_in_and_sign(kAuthentication);
    for (int i = 0; i < kThreads; ++i) {
        pthread_t thread;
        check(pthread_create(&thread, NULL, sign_for_ever, NULL) == 0);
    }
    sleep_ms(100);
    return 0;
}

static const struct {
    const char* name;
    int (*run)(void);
} kRoles[] = {
    {"sign-and-exit", sign_and_exit},
    {"sign-with-both-and-exit", sign_with_both_and_exit},
    {"sign-and-_exit", sign_and_exit_at_once},
    {"log-in-and-unload", log_in_and_unload},
    {"finalize-and-unload", finalize_and_unload},
    {"exit-while-threads-sign", exit_while_threads_sign},
};

static void assert_logged_out(void) {
    for (int token = 0; token < kTokens; ++token)
        assert_int_equal(raw_sign_status(kFacts[token].key_sfi, NULL), kSecurityStatus);
    assert_int_equal(vcard_oracle("auth_pin", "verified"), 0);
    assert_int_equal(vcard_oracle("sign_pin", "verified"), 0);
}

static void the_other_client_does_see_a_login(void** state) {
    (void)state;
    assert_int_equal(raw_sign_status(kFacts[kAuthentication].key_sfi, kFacts[kAuthentication].pin), kSigned);
    assert_logged_out();
}

static void leaves_the_card_logged_out(void** state) {
    const char* role = *state;
    vcard_do("reset-oracle");
    assert_int_equal(in_new_process(role), 0);
    assert_true(vcard_oracle("auth_pin", "verifies") >= 1);
    assert_logged_out();
}

static void exit_while_threads_sign_is_a_normal_end_every_time(void** state) {
    (void)state;
    for (int round = 0; round < 5; ++round) {
        assert_int_equal(in_new_process("exit-while-threads-sign"), 0);
        assert_logged_out();
    }
}

static void login_signature_and_exit_take_less_than_two_seconds(void** state) {
    (void)state;
    const unsigned long start = now_ms();
    assert_int_equal(in_new_process("sign-and-exit"), 0);
    assert_in_range(now_ms() - start, 0, 2000);
}

// Nothing can run in the process any more, so this only measures how long the card stays open (SECURITY.md).
static void _exit_inside_a_lease_is_measured(void** state) {
    (void)state;
    assert_int_equal(in_new_process("sign-and-_exit"), 0);
    const unsigned long start = now_ms();
    const int others = raw_sign_status(kFacts[kAuthentication].key_sfi, NULL);
    while (vcard_oracle("auth_pin", "verified") != 0 && now_ms() - start < 30000)
        sleep_ms(10);
    print_message(
        "after _exit inside a lease another client's sign command got %04X; logged out after %lu ms%s\n",
        (unsigned)others, now_ms() - start,
        vcard_oracle("auth_pin", "verified") != 0 ? " (not within the 30 s of this test)" : "");
    // For whoever comes next.
    vcard_do("remove");
    vcard_do("insert");
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
    if (argc > 2) leaks_are_meant();
    for (size_t i = 0; argc > 2 && i < sizeof(kRoles) / sizeof(kRoles[0]); ++i)
        if (strcmp(argv[2], kRoles[i].name) == 0) return initialized_with_card(NULL) + kRoles[i].run();
#define TEST(sentence, role) {sentence, leaves_the_card_logged_out, NULL, NULL, role}
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_client_does_see_a_login),
        TEST("exit_after_a_signature_leaves_the_card_logged_out", "sign-and-exit"),
        TEST("exit_with_two_logins_leaves_the_card_logged_out", "sign-with-both-and-exit"),
        TEST("unloading_while_logged_in_leaves_the_card_logged_out", "log-in-and-unload"),
        TEST("finalizing_and_unloading_leaves_the_card_logged_out", "finalize-and-unload"),
        cmocka_unit_test(exit_while_threads_sign_is_a_normal_end_every_time),
        cmocka_unit_test(login_signature_and_exit_take_less_than_two_seconds),
        cmocka_unit_test(_exit_inside_a_lease_is_measured),
    };
    return cmocka_run_group_tests_name("exit", tests, NULL, NULL);
}
