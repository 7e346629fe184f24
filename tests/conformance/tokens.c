// Tokens: what C_GetTokenInfo tells, and what it must not do to find out (PKCS#11 3.2 §§3.2.3, 5.5.3).
#include <string.h>

#include "operations.h"
#include "pin_steps.h"
#include "statements.h"
// After a PKCS#11 header, as it demands.
#include "jpki/jpki_pkcs11.h"

static CK_TOKEN_INFO info_of(enum token token) {
    CK_TOKEN_INFO info;
    assert_rv(p11->C_GetTokenInfo(slot_of(token), &info), CKR_OK);
    return info;
}

void statement_030_two_tokens_of_a_card_share_a_serial_number_and_no_label(void** state) {
    (void)state;
    enum { kMostSlots = 8 };
    CK_SLOT_ID slots[kMostSlots];
    CK_TOKEN_INFO info[kTokens];
    const CK_ULONG shortest[kTokens] = {4, 6};
    const CK_ULONG longest[kTokens] = {4, 16};
    assert_int_equal(slots_with_token(slots, kMostSlots), kTokens);
    for (int token = 0; token < kTokens; ++token) {
        assert_rv(p11->C_GetTokenInfo(slots[token], &info[token]), CKR_OK);
        assert_padded(info[token].label, kFacts[token].label);  // authentication first
        assert_padded(info[token].manufacturerID, "JPKI");
        assert_int_equal(info[token].flags,
                         CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED);
        assert_int_equal(info[token].ulMinPinLen, shortest[token]);
        assert_int_equal(info[token].ulMaxPinLen, longest[token]);
    }
    assert_memory_not_equal(info[0].label, info[1].label, sizeof(info[0].label));
    assert_memory_equal(info[0].serialNumber, info[1].serialNumber, sizeof(info[0].serialNumber));
    for (size_t i = 0; i < sizeof(info[0].serialNumber); ++i)
        assert_non_null(memchr("0123456789ABCDEF", info[0].serialNumber[i], 16));
    assert_no_pin_sent();
}

void statement_031_session_counters_follow(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token other = token == kAuthentication ? kSignature : kAuthentication;
        const CK_SLOT_ID slot = slot_of((enum token)token);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 0);
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE writing = open_session((enum token)token, CKF_RW_SESSION);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 2);
        assert_int_equal(info_of((enum token)token).ulRwSessionCount, 1);
        assert_int_equal(info_of(other).ulSessionCount, 0);
        assert_rv(p11->C_CloseSession(reading), CKR_OK);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 1);
        assert_int_equal(info_of((enum token)token).ulRwSessionCount, 1);
        assert_rv(p11->C_CloseSession(reading), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 1);
        assert_rv(p11->C_CloseSession(writing), CKR_OK);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 0);
        assert_int_equal(info_of((enum token)token).ulRwSessionCount, 0);
        (void)open_session((enum token)token, 0);
        (void)open_session((enum token)token, CKF_RW_SESSION);
        assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
        assert_int_equal(info_of((enum token)token).ulSessionCount, 0);
        assert_int_equal(info_of((enum token)token).ulRwSessionCount, 0);
    }
}

void statement_032_the_flags_tell_how_many_tries_are_left(void** state) {
    static const struct {
        unsigned tries[kTokens];
        CK_FLAGS flags[kTokens];
    } cases[] = {
        {{3, 5}, {0, 0}},
        {{2, 4}, {CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW}},
        {{3, 2}, {0, CKF_USER_PIN_COUNT_LOW}},
        {{1, 1},
         {CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY}},
        {{0, 0}, {CKF_USER_PIN_LOCKED, CKF_USER_PIN_LOCKED}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        stage_tries(kAuthentication, cases[i].tries[kAuthentication]);
        stage_tries(kSignature, cases[i].tries[kSignature]);
        // Anew, since counters may be up to 5 s old.
        assert_int_equal(initialized_with_card(state), 0);
        for (int token = 0; token < kTokens; ++token) {
            assert_int_equal(pin_flags((enum token)token), cases[i].flags[token]);
            assert_pin((enum token)token, 0, 0, cases[i].tries[token]);
        }
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}

void statement_033_a_successful_login_clears_the_flags(void** state) {
    const CK_FLAGS low = CKF_USER_PIN_COUNT_LOW;
    stage_configure("last_try = \"allow\"\n");
    stage_tries(kAuthentication, 1);
    stage_tries(kSignature, 1);
    assert_int_equal(initialized_with_card(state), 0);
    for (int token = 0; token < kTokens; ++token) {
        const CK_ULONG most = tries_of(token);
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_int_equal(pin_flags((enum token)token), low | CKF_USER_PIN_FINAL_TRY);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_pin((enum token)token, 1, 0, most);
        // What the card does not know of is forgotten with the next success, too.
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_rv(log_in(session, kFacts[token].wrong_pin), CKR_PIN_INCORRECT);
        assert_rv(log_in(session, "?"), CKR_PIN_INCORRECT);
        assert_int_equal(pin_flags((enum token)token), low);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_pin((enum token)token, 3, 1, most);
    }
}

// The card says 9000 where it should tell a number: somebody is logged in, so there is nothing to ask.
void statement_034_a_counter_that_is_not_told_is_not_reported_as_full(void** state) {
    const char* pin = kFacts[kAuthentication].pin;
    stage_set("verified-query=9000");
    stage_another_client_leaves_login();
    assert_int_equal(initialized_with_card(state), 0);
    // Asked again after leaving the application, the card has its number, and the other login is over.
    assert_int_equal(pin_flags(kAuthentication), 0);
    assert_false(stage_another_client_can_sign(kAuthentication));
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    assert_rv(log_in(session, pin), CKR_OK);
    assert_rv(sign_once(session), CKR_OK);
    // Where it still has none, no PIN is sent unasked: the login is not renewed.
    stage_set("other-aid=keeps");
    end_lease();
    stage_another_client_leaves_login();
    const unsigned long sent = vcard_oracle("auth_pin", "verifies");
    const unsigned long made = signatures_made(kAuthentication);
    assert_rv(sign_once(session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(signatures_made(kAuthentication), made);
    // Nor is one sent that was asked for: it might be the last try.
    assert_rv(log_in(session, pin), CKR_FUNCTION_CANCELED);
    assert_int_equal(pin_flags(kAuthentication), 0);
    assert_pin(kAuthentication, sent, 0, tries_of(kAuthentication));
}

void statement_034_a_counter_asked_while_logged_in_harms_nothing(void** state) {
    (void)state;
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = NULL;
    JPKI_TOKEN_STATUS status = {.ulSize = sizeof(status)};
    assert_rv(p11->C_GetInterface(name, NULL, &found, 0), CKR_OK);
    const JPKI_FUNCTION_LIST* vendor = found->pFunctionList;
    stage_set("verified-query=9000");
    for (int token = 0; token < kTokens; ++token) {
        const CK_SLOT_ID slot = slot_of((enum token)token);
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        // C_GetTokenInfo would not ask just now; this always does.
        assert_rv(vendor->JPKI_GetTokenStatus(slot, &status), CKR_OK);
        assert_int_equal(status.ulTriesLeft, JPKI_TRIES_UNKNOWN);
        assert_rv(sign_once(session), CKR_OK);
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), 0);
        // One more than the login only where the lease ended in between.
        assert_in_range(vcard_oracle(kFacts[token].pin_part, "verifies"), 1, 2);
    }
}

void statement_035_token_info_between_context_login_and_signature_sends_nothing(void** state) {
    CK_UTF8CHAR pin[] = "ABC123";
    CK_TOKEN_INFO info;
    if (stage_way == kInProcess) stage_counters_age_at_once();
    stage_configure("confirm = \"every-signature\"\n");
    assert_int_equal(initialized_with_card(state), 0);
    const CK_SLOT_ID slot = slot_of(kSignature);
    const CK_SESSION_HANDLE session = open_logged_in(kSignature);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    if (stage_way == kInProcess) {
        // Elsewhere the counter would have to become 5 s old.
        const unsigned long queries = vcard_oracle("sign_pin", "queries");
        end_lease();
        assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
        assert_int_equal(vcard_oracle("sign_pin", "queries"), queries + 1);
    }
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(p11->C_Login(session, CKU_CONTEXT_SPECIFIC, pin, sizeof(pin) - 1), CKR_OK);
    const unsigned long before = apdus_at_rest();
    for (int i = 0; i < 3; ++i)
        assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
    assert_int_equal(vcard_apdus(), before);
    assert_rv(end_signature(session), CKR_OK);
    assert_int_equal(signatures_made(kSignature), 1);
    // The login, its confirmation, and that again in the lease of the signature.
    assert_pin(kSignature, 3, 0, tries_of(kSignature));
}
