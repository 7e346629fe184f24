// Login, and what each refusal costs: the card's oracle counts tries (PKCS#11 3.2 §5.6.8 to 5.6.10).
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/ban.h"
#include "support/session.h"
#include "support/vcard.h"

static void assert_tries(enum token token, unsigned long verifies, unsigned long failed) {
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verifies"), verifies);
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), failed);
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "tries_left"), kFacts[token].max_tries - failed);
}

static CK_STATE state_of(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info;
    assert_rv(p11->C_GetSessionInfo(session, &info), CKR_OK);
    return info.state;
}

static int fresh(void** state) {
    vcard_do("tries auth 3");
    vcard_do("tries sign 5");
    vcard_do("reset-oracle");
    return initialized_with_card(state);
}

static void malformed_pins_spend_no_try_and_reach_no_card(void** state) {
    (void)state;
    const char* const malformed[kTokens][9] = {
        {"", "1", "123", "12345", "123456789012", "abcd", "12 4", "12\n4", "１２"},
        {"", "A", "AB123", "ABCDEFGHIJKLMNOPQ", "ABC-12", "ABC 12", "ABC12\n", "あいう", "ABC12é"}};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        const unsigned long before = vcard_apdus_settled();
        for (size_t i = 0; i < 9; ++i)
            assert_rv(log_in(session, malformed[token][i]), CKR_PIN_INCORRECT);
        assert_int_equal(vcard_apdus_settled(), before);
        assert_tries((enum token)token, 0, 0);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(token_flags((enum token)token) & CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_int_equal(token_flags((enum token)token) & CKF_USER_PIN_COUNT_LOW, 0);
    }
}

static void a_wrong_pin_spends_exactly_one_try(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_INCORRECT);
        assert_tries((enum token)token, 1, 1);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(token_flags((enum token)token) & CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "tries_left"), kFacts[token].max_tries);
    }
}

static void the_last_try_is_kept(void** state) {
    (void)state;
    vcard_do("tries auth 1");
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    assert_rv(log_in(session, kFacts[kAuthentication].pin), CKR_FUNCTION_CANCELED);
    assert_int_equal(vcard_oracle("auth_pin", "verifies"), 0);
    assert_int_equal(token_flags(kAuthentication) & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED),
                     CKF_USER_PIN_FINAL_TRY);
    vcard_do("tries auth 0");
    assert_rv(log_in(session, kFacts[kAuthentication].pin), CKR_PIN_LOCKED);
    assert_int_equal(vcard_oracle("auth_pin", "verifies"), 0);
}

static void login_changes_all_sessions_of_its_token_and_no_other(void** state) {
    (void)state;
    const CK_SESSION_HANDLE reading = open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE writing = open_session(kAuthentication, CKF_RW_SESSION);
    const CK_SESSION_HANDLE other = open_session(kSignature, 0);
    assert_rv(log_in(reading, kFacts[kAuthentication].pin), CKR_OK);
    assert_int_equal(state_of(reading), CKS_RO_USER_FUNCTIONS);
    assert_int_equal(state_of(writing), CKS_RW_USER_FUNCTIONS);
    assert_int_equal(state_of(other), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(state_of(open_session(kAuthentication, 0)), CKS_RO_USER_FUNCTIONS);
    assert_rv(p11->C_Logout(writing), CKR_OK);
    assert_int_equal(state_of(reading), CKS_RO_PUBLIC_SESSION);
    assert_rv(p11->C_Logout(writing), CKR_USER_NOT_LOGGED_IN);
    assert_rv(p11->C_Logout(other), CKR_USER_NOT_LOGGED_IN);
}

static void a_second_login_is_refused_unseen_by_the_card(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const unsigned long before = vcard_apdus_settled();
    assert_rv(log_in(session, kFacts[kAuthentication].pin), CKR_USER_ALREADY_LOGGED_IN);
    assert_rv(log_in(session, kFacts[kAuthentication].wrong_pin), CKR_USER_ALREADY_LOGGED_IN);
    assert_rv(log_in(session, "nonsense"), CKR_USER_ALREADY_LOGGED_IN);
    assert_int_equal(vcard_apdus_settled(), before);
}

static void closing_the_last_session_logs_out_and_closing_another_does_not(void** state) {
    (void)state;
    const CK_SESSION_HANDLE first = open_logged_in(kAuthentication);
    const CK_SESSION_HANDLE second = open_session(kAuthentication, 0);
    assert_rv(p11->C_CloseSession(first), CKR_OK);
    assert_int_equal(state_of(second), CKS_RO_USER_FUNCTIONS);
    assert_rv(p11->C_CloseSession(second), CKR_OK);
    assert_int_equal(state_of(open_session(kAuthentication, 0)), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(vcard_oracle("auth_pin", "verified"), 0);
}

static void other_users_and_bad_arguments_reach_no_card(void** state) {
    (void)state;
    CK_UTF8CHAR pin[] = "1234";
    CK_UTF8CHAR name[] = "taro";
    const CK_SESSION_HANDLE session = open_session(kAuthentication, CKF_RW_SESSION);
    const unsigned long before = vcard_apdus_settled();
    assert_rv(p11->C_Login(session, 99, pin, 4), CKR_USER_TYPE_INVALID);
    assert_rv(p11->C_Login(session, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
    assert_rv(p11->C_Login(session, CKU_CONTEXT_SPECIFIC, pin, 4), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_Login(session, CKU_USER, NULL, 0), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_Login(session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_LoginUser(session, CKU_USER, pin, 4, name, 4), CKR_ARGUMENTS_BAD);
    const CK_SESSION_HANDLE reading = open_session(kAuthentication, 0);
    assert_rv(p11->C_Login(session, CKU_SO, pin, 4), CKR_SESSION_READ_ONLY_EXISTS);
    assert_rv(p11->C_CloseSession(reading), CKR_OK);
    assert_int_equal(vcard_apdus_settled(), before);
    assert_rv(p11->C_LoginUser(session, CKU_USER, pin, 4, NULL, 0), CKR_OK);
    assert_rv(p11->C_Login(session, CKU_SO, pin, 4), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
}

static void a_pin_is_read_no_further_than_its_length(void** state) {
    (void)state;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    CK_UTF8CHAR* pin = pages + page - 4;
    memcpy(pin, "1234", 4);
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    assert_rv(p11->C_Login(session, CKU_USER, pin, 4), CKR_OK);
    assert_int_equal(munmap(pages, 2 * page), 0);
}

static void lower_case_is_what_the_user_means(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_session(kSignature, 0);
    assert_rv(log_in(session, "abc123"), CKR_OK);
    assert_tries(kSignature, 1, 0);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, finalized)
    const struct CMUnitTest tests[] = {
        TEST(malformed_pins_spend_no_try_and_reach_no_card),
        TEST(a_wrong_pin_spends_exactly_one_try),
        TEST(the_last_try_is_kept),
        TEST(login_changes_all_sessions_of_its_token_and_no_other),
        TEST(a_second_login_is_refused_unseen_by_the_card),
        TEST(closing_the_last_session_logs_out_and_closing_another_does_not),
        TEST(other_users_and_bad_arguments_reach_no_card),
        TEST(a_pin_is_read_no_further_than_its_length),
        TEST(lower_case_is_what_the_user_means),
    };
    return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
