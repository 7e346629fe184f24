// NULL PINs, and C_SetPIN: what is judged before a try is spent, what a wrong old PIN costs, and what holds
// afterwards (PKCS#11 3.2 §5.5.9).
#include <string.h>

#include "operations.h"
#include "pin_steps.h"
#include "statements.h"

static const char* const kNewPins[kTokens] = {"5678", "NEW456"};

static CK_RV set_pin(CK_SESSION_HANDLE session, const char* from, const char* to) {
    CK_UTF8CHAR old_pin[32];
    CK_UTF8CHAR new_pin[32];
    memcpy(old_pin, from, strlen(from) + 1);
    memcpy(new_pin, to, strlen(to) + 1);
    const CK_RV rv = p11->C_SetPIN(session, old_pin, strlen(from), new_pin, strlen(to));
    if (rv == CKR_OK) stage_pin_changed();
    return rv;
}

void statement_049_a_null_pin_is_refused_without_a_protected_path(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_UTF8CHAR pin[16];
        const CK_ULONG length = strlen(kFacts[token].pin);
        memcpy(pin, kFacts[token].pin, length);
        const CK_SESSION_HANDLE session = open_session((enum token)token, CKF_RW_SESSION);
        assert_int_equal(token_flags((enum token)token) & CKF_PROTECTED_AUTHENTICATION_PATH, 0);
        const unsigned long before = apdus_at_rest();
        assert_rv(p11->C_Login(session, CKU_USER, NULL, 0), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_Login(session, CKU_USER, NULL, length), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_SetPIN(session, NULL, 0, NULL, 0), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_SetPIN(session, NULL, length, pin, length), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_SetPIN(session, pin, length, NULL, length), CKR_ARGUMENTS_BAD);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 0, 0, tries_of(token));
        // Nothing was entered, so nothing was entered wrong.
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
    }
}

void statement_067_set_pin_checks_the_new_pin_before_it_spends_a_try(void** state) {
    (void)state;
    static const struct {
        enum token token;
        const char* new_pin;
        CK_RV rv;
    } cases[] = {
        {kAuthentication, "", CKR_PIN_LEN_RANGE},      {kAuthentication, "123", CKR_PIN_LEN_RANGE},
        {kAuthentication, "12345", CKR_PIN_LEN_RANGE}, {kAuthentication, "12a4", CKR_PIN_INVALID},
        {kAuthentication, "12 4", CKR_PIN_INVALID},    {kSignature, "", CKR_PIN_LEN_RANGE},
        {kSignature, "AB123", CKR_PIN_LEN_RANGE},      {kSignature, "ABCDEFGH123456789", CKR_PIN_LEN_RANGE},
        {kSignature, "ABC-12", CKR_PIN_INVALID},       {kSignature, "ABC12é", CKR_PIN_INVALID},
        {kSignature, "ABCDEF", CKR_PIN_TOO_WEAK},      {kSignature, "123456", CKR_PIN_TOO_WEAK},
    };
    const CK_SESSION_HANDLE sessions[kTokens] = {open_session(kAuthentication, CKF_RW_SESSION),
                                                 open_session(kSignature, CKF_RW_SESSION)};
    unsigned long before = apdus_at_rest();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        const struct token_facts facts = kFacts[cases[i].token];
        assert_rv(set_pin(sessions[cases[i].token], facts.pin, cases[i].new_pin), cases[i].rv);
        assert_rv(set_pin(sessions[cases[i].token], facts.wrong_pin, cases[i].new_pin), cases[i].rv);
        assert_rv(set_pin(sessions[cases[i].token], "?", cases[i].new_pin), cases[i].rv);
    }
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        assert_rv(set_pin(reading, kFacts[token].pin, kNewPins[token]), CKR_SESSION_READ_ONLY);
        assert_rv(set_pin(reading, kFacts[token].wrong_pin, "?"), CKR_SESSION_READ_ONLY);
    }
    assert_rv(set_pin(88888, "1234", "5678"), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(pin_flags(kAuthentication) | pin_flags(kSignature), 0);
    // An old PIN that cannot be right is refused as by C_Login.
    for (int token = 0; token < kTokens; ++token) {
        assert_rv(set_pin(sessions[token], "12345", kNewPins[token]), CKR_PIN_INCORRECT);
        assert_int_equal(pin_flags((enum token)token), CKF_USER_PIN_COUNT_LOW);
    }
    assert_int_equal(vcard_apdus(), before);
    assert_no_pin_sent();
}

void statement_067_a_wrong_old_pin_costs_one_try_and_changes_nothing(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token it = (enum token)token;
        const CK_SESSION_HANDLE session = open_session(it, CKF_RW_SESSION);
        assert_rv(set_pin(session, kFacts[token].wrong_pin, kNewPins[token]), CKR_PIN_INCORRECT);
        assert_pin(it, 1, 1, tries_of(token) - 1);
        assert_int_equal(pin_flags(it), CKF_USER_PIN_COUNT_LOW);
        // The last try is kept here, too, and the counter is read each time.
        stage_tries(it, 1);
        assert_rv(set_pin(session, kFacts[token].pin, kNewPins[token]), CKR_FUNCTION_CANCELED);
        assert_pin(it, 1, 1, 1);
        stage_tries(it, 0);
        assert_rv(set_pin(session, kFacts[token].pin, kNewPins[token]), CKR_PIN_LOCKED);
        assert_pin(it, 1, 1, 0);
        stage_tries(it, 2);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_pin(it, 2, 1, tries_of(token));
        // Logged in: the wrong old PIN costs a try as well, and the kept one is not sent at such a counter.
        assert_rv(set_pin(session, kFacts[token].wrong_pin, kNewPins[token]), CKR_PIN_INCORRECT);
        assert_pin(it, 3, 2, tries_of(token) - 1);
        assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
        assert_rv(sign_once(session), CKR_USER_NOT_LOGGED_IN);
        assert_pin(it, 3, 2, tries_of(token) - 1);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "changes"), 0);
        assert_rv(p11->C_CloseSession(session), CKR_OK);
    }
}

void statement_067_set_pin_changes_the_pin_and_not_the_login(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token it = (enum token)token;
        const char* pin = kFacts[token].pin;
        const CK_SESSION_HANDLE session = open_session(it, CKF_RW_SESSION);
        assert_rv(set_pin(session, pin, kNewPins[token]), CKR_OK);
        // The old PIN, the new one, and nobody is logged in.
        assert_pin(it, 2, 0, tries_of(token));
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "changes"), 1);
        assert_int_equal(state_of(session), CKS_RW_PUBLIC_SESSION);
        assert_false(stage_another_client_can_sign(it));
        assert_rv(log_in(session, pin), CKR_PIN_INCORRECT);
        assert_pin(it, 3, 1, tries_of(token) - 1);
        assert_rv(log_in(session, kNewPins[token]), CKR_OK);
        assert_pin(it, 4, 1, tries_of(token));
        // Logged in, one stays so, and the new PIN is the one that is kept.
        assert_rv(set_pin(session, kNewPins[token], pin), CKR_OK);
        assert_pin(it, 6, 1, tries_of(token));
        assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
        assert_false(stage_another_client_can_sign(it));
        end_lease();
        assert_rv(sign_once(session), CKR_OK);
        assert_pin(it, 7, 1, tries_of(token));
        assert_rv(p11->C_CloseSession(session), CKR_OK);
    }
    assert_int_equal(vcard_oracle("auth_pin", "changes"), 2);
    assert_int_equal(vcard_oracle("sign_pin", "changes"), 2);
}

void statement_067_a_new_password_is_stored_in_upper_case(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_session(kSignature, CKF_RW_SESSION);
    assert_rv(set_pin(session, "abc123", "new456"), CKR_OK);
    assert_rv(log_in(session, "NEW456"), CKR_OK);
    assert_rv(p11->C_Logout(session), CKR_OK);
    assert_rv(log_in(session, "new456"), CKR_OK);
    assert_pin(kSignature, 4, 0, tries_of(kSignature));
}

void statement_067_set_pin_is_no_login_for_a_signature(void** state) {
    const char* pin = kFacts[kSignature].pin;
    const char* changed = kNewPins[kSignature];
    CK_UTF8CHAR typed[16];
    memcpy(typed, pin, strlen(pin) + 1);
    stage_configure("confirm = \"every-signature\"\n");
    assert_int_equal(initialized_with_card(state), 0);
    const CK_SESSION_HANDLE session = open_session(kSignature, CKF_RW_SESSION);
    assert_rv(log_in(session, pin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    // A login that is not spent yet lasts, with the new PIN.
    assert_rv(set_pin(session, pin, changed), CKR_OK);
    end_lease();
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(end_signature(session), CKR_OK);
    assert_pin(kSignature, 4, 0, tries_of(kSignature));
    // A spent one is not renewed.
    assert_rv(set_pin(session, changed, pin), CKR_OK);
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(end_signature(session), CKR_USER_NOT_LOGGED_IN);
    assert_pin(kSignature, 6, 0, tries_of(kSignature));
    // An operation that was confirmed with the old PIN does not send it any more.
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(p11->C_Login(session, CKU_CONTEXT_SPECIFIC, typed, strlen(pin)), CKR_OK);
    assert_rv(set_pin(session, pin, changed), CKR_OK);
    end_lease();
    assert_rv(end_signature(session), CKR_OPERATION_NOT_INITIALIZED);
    assert_pin(kSignature, 9, 0, tries_of(kSignature));
    assert_int_equal(signatures_made(kSignature), 1);
    assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
}
