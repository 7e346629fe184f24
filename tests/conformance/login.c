// C_Login: whose login it is, and what each refusal costs; the card counts (PKCS#11 3.2 §5.6.8).
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "operations.h"
#include "pin_steps.h"
#include "statements.h"

void statement_042_login_in_one_session_is_login_of_its_slot_alone(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE again = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE writing = open_session((enum token)token, CKF_RW_SESSION);
        const CK_SESSION_HANDLE other = open_session(other_than(token), CKF_RW_SESSION);
        assert_int_equal(state_of(reading), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(state_of(writing), CKS_RW_PUBLIC_SESSION);
        assert_rv(log_in(reading, kFacts[token].pin), CKR_OK);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_pin(other_than(token), 0, 0, tries_of(other_than(token)));
        assert_int_equal(state_of(reading), CKS_RO_USER_FUNCTIONS);
        assert_int_equal(state_of(again), CKS_RO_USER_FUNCTIONS);
        assert_int_equal(state_of(writing), CKS_RW_USER_FUNCTIONS);
        assert_int_equal(state_of(other), CKS_RW_PUBLIC_SESSION);
        assert_rv(sign_once(again), CKR_OK);
        assert_rv(sign_once(writing), CKR_OK);
        assert_int_equal(signatures_made((enum token)token), 2);
        assert_rv(p11->C_CloseAllSessions(slot_of((enum token)token)), CKR_OK);
        assert_rv(p11->C_CloseAllSessions(slot_of(other_than(token))), CKR_OK);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), 0);
        vcard_do("reset-oracle");
    }
}

void statement_043_a_later_session_is_logged_in_already(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE first = open_logged_in((enum token)token);
        const unsigned long before = apdus_at_rest();
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE writing = open_session((enum token)token, CKF_RW_SESSION);
        assert_int_equal(state_of(reading), CKS_RO_USER_FUNCTIONS);
        assert_int_equal(state_of(writing), CKS_RW_USER_FUNCTIONS);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_rv(p11->C_CloseSession(first), CKR_OK);
        assert_rv(sign_once(reading), CKR_OK);
        assert_pin((enum token)token, 2, 0, tries_of(token));
    }
}

void statement_044_a_second_login_is_refused_unseen_by_the_card(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_SESSION_HANDLE another = open_session((enum token)token, CKF_RW_SESSION);
        const char* const pins[] = {kFacts[token].pin, kFacts[token].wrong_pin, "", "nonsense"};
        const unsigned long before = apdus_at_rest();
        for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); ++i) {
            assert_rv(log_in(session, pins[i]), CKR_USER_ALREADY_LOGGED_IN);
            assert_rv(log_in(another, pins[i]), CKR_USER_ALREADY_LOGGED_IN);
        }
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
        assert_rv(sign_once(session), CKR_OK);
    }
}

static CK_RV log_in_as(CK_USER_TYPE user, CK_SESSION_HANDLE session, const char* pin) {
    CK_UTF8CHAR copy[16];
    const size_t length = strlen(pin);
    memcpy(copy, pin, length);
    return p11->C_Login(session, user, copy, length);
}

void statement_045_other_users_are_refused_unseen_by_the_card(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const char* pin = kFacts[token].pin;
        const CK_SESSION_HANDLE session = open_session((enum token)token, CKF_RW_SESSION);
        // Only the sessions of this token stand in an officer's way.
        (void)open_session(other_than(token), 0);
        unsigned long before = apdus_at_rest();
        assert_rv(log_in_as(99, session, pin), CKR_USER_TYPE_INVALID);
        assert_rv(log_in_as(CKU_SO, session, pin), CKR_USER_TYPE_INVALID);
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        assert_rv(log_in_as(CKU_SO, session, pin), CKR_SESSION_READ_ONLY_EXISTS);
        assert_rv(p11->C_CloseSession(reading), CKR_OK);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 0, 0, tries_of(token));
        assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
        assert_rv(log_in(session, pin), CKR_OK);
        before = apdus_at_rest();
        assert_rv(log_in_as(CKU_SO, session, pin), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
        assert_rv(log_in_as(99, session, pin), CKR_USER_TYPE_INVALID);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
        assert_rv(p11->C_CloseAllSessions(slot_of((enum token)token)), CKR_OK);
        assert_rv(p11->C_CloseAllSessions(slot_of(other_than(token))), CKR_OK);
    }
}

void statement_046_a_pin_that_cannot_be_right_costs_no_try(void** state) {
    (void)state;
    enum { kMost = 9 };
    const char* const malformed[kTokens][kMost] = {
        {"1", "123", "12345", "123456789012", "simply-wrong", "abcd", "12 4", "12\n4", "１２"},
        {"A", "1234", "AB123", "ABCDEFGHIJKLMNOPQ", "ABC-12", "ABC 12", "ABC12\n", "あいう", "ABC12é"}};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_int_equal(pin_flags((enum token)token), 0);
        const unsigned long before = apdus_at_rest();
        for (size_t i = 0; i < kMost; ++i)
            assert_rv(log_in(session, malformed[token][i]), CKR_PIN_INCORRECT);
        // Whoever asks again and again with these must come to an end.
        assert_rv(log_in(session, malformed[token][kMost - 1]), CKR_FUNCTION_CANCELED);
        assert_rv(log_in(session, ""), CKR_FUNCTION_CANCELED);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 0, 0, tries_of(token));
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(pin_flags((enum token)token), CKF_USER_PIN_COUNT_LOW);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_pin((enum token)token, 1, 0, tries_of(token));
    }
}

void statement_046_a_password_may_be_typed_in_lower_case(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_session(kSignature, 0);
    assert_rv(log_in(session, "abc123"), CKR_OK);
    assert_pin(kSignature, 1, 0, tries_of(kSignature));
    end_lease();
    assert_rv(sign_once(session), CKR_OK);  // kept as the card knows it
    assert_pin(kSignature, 2, 0, tries_of(kSignature));
}

void statement_047_a_wrong_pin_costs_one_try_and_the_last_one_is_kept(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_ULONG spent = tries_of(token) - 1;
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        for (CK_ULONG i = 1; i <= spent; ++i) {
            assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_INCORRECT);
            assert_pin((enum token)token, i, i, tries_of(token) - i);
            assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
            assert_int_equal(pin_flags((enum token)token),
                             CKF_USER_PIN_COUNT_LOW | (i == spent ? CKF_USER_PIN_FINAL_TRY : 0));
        }
        // Now even the right one is not sent.
        assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_FUNCTION_CANCELED);
        assert_rv(log_in(session, kFacts[token].pin), CKR_FUNCTION_CANCELED);
        assert_pin((enum token)token, spent, spent, 1);
        assert_int_equal(pin_flags((enum token)token), CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
        // What another program spends or restores is seen at once, since the counter is read each time.
        stage_tries((enum token)token, 0);
        assert_rv(log_in(session, kFacts[token].pin), CKR_PIN_LOCKED);
        assert_pin((enum token)token, spent, spent, 0);
        stage_tries((enum token)token, 2);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_pin((enum token)token, spent + 1, spent, tries_of(token));
    }
}

void statement_047_the_last_try_is_spent_where_the_user_allows_it(void** state) {
    stage_configure("last_try = \"allow\"\n");
    assert_int_equal(initialized_with_card(state), 0);
    for (int token = 0; token < kTokens; ++token) {
        const CK_ULONG most = tries_of(token);
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        stage_tries((enum token)token, 1);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_pin((enum token)token, 1, 0, most);
        assert_rv(p11->C_Logout(session), CKR_OK);
        for (CK_ULONG i = 1; i < most; ++i)
            assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_INCORRECT);
        assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_LOCKED);
        assert_pin((enum token)token, 1 + most, most, 0);
        assert_int_equal(pin_flags((enum token)token), CKF_USER_PIN_LOCKED);
        assert_rv(log_in(session, kFacts[token].pin), CKR_PIN_LOCKED);
        assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_LOCKED);
        assert_pin((enum token)token, 1 + most, most, 0);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
    }
}

void statement_047_a_locked_pin_is_refused_unseen_by_verify(void** state) {
    (void)state;
    const char* const answers[] = {"blocked-query=6984", "blocked-query=6983", "blocked-query=63c0"};
    for (int token = 0; token < kTokens; ++token) {
        const enum token other = other_than(token);
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        stage_tries((enum token)token, 0);
        for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); ++i) {
            stage_set(answers[i]);
            assert_rv(log_in(session, kFacts[token].pin), CKR_PIN_LOCKED);
            assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_LOCKED);
        }
        assert_pin((enum token)token, 0, 0, 0);
        assert_int_equal(pin_flags((enum token)token), CKF_USER_PIN_LOCKED);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        // The other key has a PIN of its own.
        assert_rv(sign_once(open_logged_in(other)), CKR_OK);
        assert_int_equal(vcard_oracle(kFacts[other].pin_part, "failed"), 0);
        assert_rv(p11->C_CloseAllSessions(slot_of(other)), CKR_OK);
        stage_tries((enum token)token, (unsigned)tries_of(token));
        vcard_do("reset-oracle");
    }
}

void statement_048_a_pin_is_read_no_further_than_its_length(void** state) {
    (void)state;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    CK_UTF8CHAR* pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    for (int token = 0; token < kTokens; ++token) {
        const size_t length = strlen(kFacts[token].pin);
        CK_UTF8CHAR* end = pages + page - length;
        CK_UTF8CHAR followed[16];
        memcpy(end, kFacts[token].pin, length);
        memset(followed, '9', sizeof(followed));
        memcpy(followed, kFacts[token].pin, length);
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_rv(p11->C_Login(session, CKU_USER, end, length), CKR_OK);
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_rv(p11->C_Login(session, CKU_USER, followed, length), CKR_OK);
        assert_rv(p11->C_Logout(session), CKR_OK);
        // A NUL is a byte like others.
        followed[length] = '\0';
        assert_rv(p11->C_Login(session, CKU_USER, followed, length + 1), CKR_PIN_INCORRECT);
        assert_pin((enum token)token, 2, 0, tries_of(token));
    }
    assert_int_equal(munmap(pages, 2 * page), 0);
}
