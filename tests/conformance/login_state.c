// What lasts between login and logout, and what ends it (PKCS#11 3.2 §§5.6.2, 5.6.3, 5.6.8 to 5.6.10).
#include <string.h>

#include "operations.h"
#include "pin_steps.h"
#include "statements.h"

static CK_ULONG count_private_keys(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE found[2];
    return find_objects(session, CKO_PRIVATE_KEY, found, 2);
}

// Nobody can sign with the token's key: not this program with a handle from before, nor another one with what
// was left on the card. The card gets no PIN by either.
static void assert_nobody_signs(enum token token, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    const unsigned long verifies = vcard_oracle(kFacts[token].pin_part, "verifies");
    const unsigned long made = signatures_made(token);
    assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(count_private_keys(session), 0);
    assert_rv(begin_signature(session, key), CKR_KEY_HANDLE_INVALID);
    assert_rv(end_signature(session), CKR_OPERATION_NOT_INITIALIZED);
    assert_false(stage_another_client_can_sign(token));
    stage_reset_by_another_client();
    assert_rv(begin_signature(session, key), CKR_KEY_HANDLE_INVALID);
    assert_false(stage_another_client_can_sign(token));
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verified"), 0);
    assert_int_equal(signatures_made(token), made);
    assert_pin(token, verifies, 0, tries_of(token));
}

void statement_050_the_pin_is_kept_only_while_logged_in(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token it = (enum token)token;
        CK_SESSION_HANDLE session = open_logged_in(it);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        assert_pin(it, 1, 0, tries_of(token));
        for (unsigned long lease = 2; lease <= 3; ++lease) {
            end_lease();
            assert_rv(sign_once(session), CKR_OK);
            assert_pin(it, lease, 0, tries_of(token));
        }
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_nobody_signs(it, session, key);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        end_lease();
        assert_rv(sign_once(session), CKR_OK);
        assert_pin(it, 5, 0, tries_of(token));
        assert_rv(p11->C_CloseSession(session), CKR_OK);
        session = open_session(it, 0);
        assert_nobody_signs(it, session, key);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_rv(p11->C_CloseAllSessions(slot_of(it)), CKR_OK);
        assert_nobody_signs(it, open_session(it, 0), key);
        assert_pin(it, 6, 0, tries_of(token));
    }
}

void statement_051_logout_makes_sessions_public_and_only_once(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE writing = open_session((enum token)token, CKF_RW_SESSION);
        const CK_SESSION_HANDLE other = open_session(other_than(token), 0);
        assert_rv(p11->C_Logout(reading), CKR_USER_NOT_LOGGED_IN);
        assert_rv(log_in(reading, kFacts[token].pin), CKR_OK);
        assert_rv(p11->C_Logout(other), CKR_USER_NOT_LOGGED_IN);
        assert_int_equal(state_of(reading), CKS_RO_USER_FUNCTIONS);
        assert_rv(p11->C_Logout(writing), CKR_OK);
        assert_int_equal(state_of(reading), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(state_of(writing), CKS_RW_PUBLIC_SESSION);
        assert_rv(p11->C_Logout(writing), CKR_USER_NOT_LOGGED_IN);
        assert_rv(p11->C_Logout(reading), CKR_USER_NOT_LOGGED_IN);
        assert_rv(log_in(writing, kFacts[token].pin), CKR_OK);
        assert_int_equal(state_of(reading), CKS_RO_USER_FUNCTIONS);
        assert_pin((enum token)token, 2, 0, tries_of(token));
        assert_rv(p11->C_Logout(reading), CKR_OK);
    }
}

static CK_RV read_class(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS class = 0;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    return p11->C_GetAttributeValue(session, object, &wanted, 1);
}

void statement_052_private_handles_die_with_logout_and_public_ones_live(void** state) {
    (void)state;
    enum { kMost = 16 };
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE visible[kMost];
        CK_OBJECT_HANDLE all[kMost];
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        const CK_ULONG public_ones = find_objects(session, ~0UL, visible, kMost);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        const CK_ULONG count = find_objects(session, ~0UL, all, kMost);
        assert_in_range(count, public_ones + 1, kMost - 1);
        // Nothing that was seen before the login has another handle now.
        for (CK_ULONG i = 0; i < public_ones; ++i) {
            CK_ULONG at = 0;
            while (at < count && all[at] != visible[i])
                ++at;
            assert_in_range(at, 0, count - 1);
            all[at] = CK_INVALID_HANDLE;
        }
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        // Once after the logout, once after another login.
        for (int logged_in = 0; logged_in < 2; ++logged_in) {
            assert_rv(logged_in ? log_in(session, kFacts[token].pin) : p11->C_Logout(session), CKR_OK);
            for (CK_ULONG i = 0; i < public_ones; ++i)
                assert_rv(read_class(session, visible[i]), CKR_OK);
            for (CK_ULONG i = 0; i < count; ++i)
                if (all[i] != CK_INVALID_HANDLE)
                    assert_rv(read_class(session, all[i]), CKR_OBJECT_HANDLE_INVALID);
            assert_rv(begin_signature(session, key), CKR_KEY_HANDLE_INVALID);
        }
        assert_int_not_equal(find_key(session, CKO_PRIVATE_KEY), key);
        assert_pin((enum token)token, 2, 0, tries_of(token));
        assert_rv(sign_once(session), CKR_OK);
    }
}

void statement_053_logout_ends_an_active_signature(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    CK_BYTE signature[kSignatureSize];
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_SESSION_HANDLE another = open_session((enum token)token, 0);
        for (int updated = 0; updated < 2; ++updated) {
            CK_ULONG length = sizeof(signature);
            assert_rv(begin_signature(session, find_key(session, CKO_PRIVATE_KEY)), CKR_OK);
            if (updated) assert_rv(p11->C_SignUpdate(session, text, sizeof(text)), CKR_OK);
            assert_rv(p11->C_Logout(another), CKR_OK);
            assert_rv(p11->C_SignUpdate(session, text, sizeof(text)), CKR_OPERATION_NOT_INITIALIZED);
            assert_rv(end_signature(session), CKR_OPERATION_NOT_INITIALIZED);
            assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
            // Nor does it come to life again.
            assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
            assert_rv(end_signature(session), CKR_OPERATION_NOT_INITIALIZED);
            assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
        }
        assert_int_equal(signatures_made((enum token)token), 0);
        assert_pin((enum token)token, 3, 0, tries_of(token));
        assert_rv(sign_once(session), CKR_OK);
        assert_int_equal(signatures_made((enum token)token), 1);
    }
}

void statement_054_logout_of_one_token_leaves_the_other_able_to_sign(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token other = other_than(token);
        vcard_do("reset-oracle");
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_SESSION_HANDLE staying = open_logged_in(other);
        const CK_OBJECT_HANDLE key = find_key(staying, CKO_PRIVATE_KEY);
        assert_rv(begin_signature(staying, key), CKR_OK);
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        assert_int_equal(state_of(staying), CKS_RO_USER_FUNCTIONS);
        // The logout took the card's login of both, so this one is renewed.
        assert_rv(end_signature(staying), CKR_OK);
        assert_pin(other, 2, 0, tries_of(other));
        assert_rv(begin_signature(staying, key), CKR_OK);
        assert_rv(end_signature(staying), CKR_OK);
        assert_int_equal(signatures_made(other), 2);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_rv(p11->C_CloseSession(session), CKR_OK);
        assert_rv(p11->C_CloseSession(staying), CKR_OK);
    }
}

void statement_055_closing_the_last_session_logs_out(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token it = (enum token)token;
        const CK_SESSION_HANDLE first = open_logged_in(it);
        const CK_OBJECT_HANDLE key = find_key(first, CKO_PRIVATE_KEY);
        const CK_SESSION_HANDLE second = open_session(it, CKF_RW_SESSION);
        const CK_SESSION_HANDLE other = open_logged_in(other_than(token));
        assert_rv(p11->C_CloseSession(first), CKR_OK);
        assert_int_equal(state_of(second), CKS_RW_USER_FUNCTIONS);
        assert_rv(sign_once(second), CKR_OK);
        const unsigned long verifies = vcard_oracle(kFacts[token].pin_part, "verifies");
        assert_rv(p11->C_CloseSession(second), CKR_OK);
        assert_nobody_signs(it, open_session(it, 0), key);
        assert_pin(it, verifies, 0, tries_of(token));
        assert_int_equal(state_of(other), CKS_RO_USER_FUNCTIONS);
        assert_rv(p11->C_CloseSession(other), CKR_OK);
    }
}

void statement_056_closing_all_sessions_concerns_one_slot(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const enum token it = (enum token)token;
        const CK_SLOT_ID slot = slot_of(it);
        CK_SESSION_INFO info;
        assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);  // of none
        const CK_SESSION_HANDLE session = open_logged_in(it);
        const CK_SESSION_HANDLE writing = open_session(it, CKF_RW_SESSION);
        const CK_SESSION_HANDLE other = open_logged_in(other_than(token));
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        // The proxy finds no session there and is content.
        assert_rv(p11->C_CloseAllSessions(88888), stage_way == kProxy ? CKR_OK : CKR_SLOT_ID_INVALID);
        assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
        assert_int_equal(state_of(other), CKS_RO_USER_FUNCTIONS);
        assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
        assert_rv(p11->C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
        assert_rv(p11->C_GetSessionInfo(writing, &info), CKR_SESSION_HANDLE_INVALID);
        assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
        assert_int_equal(state_of(other), CKS_RO_USER_FUNCTIONS);
        assert_nobody_signs(it, open_session(it, 0), key);
        assert_rv(sign_once(other), CKR_OK);
        assert_int_equal(vcard_oracle(kFacts[other_than(token)].pin_part, "failed"), 0);
        assert_rv(p11->C_CloseSession(other), CKR_OK);
    }
}

void statement_057_a_card_that_others_reset_is_logged_in_again_silently(void** state) {
    (void)state;
    const char* const resets[] = {"reset=keeps", "reset=clears"};
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); ++i) {
        stage_set(resets[i]);
        for (int token = 0; token < kTokens; ++token) {
            vcard_do("reset-oracle");
            const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
            const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
            for (unsigned long renewed = 1; renewed <= 2; ++renewed) {
                stage_reset_by_another_client();
                assert_rv(begin_signature(session, key), CKR_OK);
                assert_rv(end_signature(session), CKR_OK);
                assert_pin((enum token)token, 1 + renewed, 0, tries_of(token));
                assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
                assert_false(stage_another_client_can_sign((enum token)token));
            }
            assert_rv(p11->C_CloseSession(session), CKR_OK);
        }
    }
}

void statement_057_a_login_is_renewed_only_at_a_full_counter(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        stage_reset_by_another_client();
        stage_tries((enum token)token, (unsigned)tries_of(token) - 1);
        assert_rv(begin_signature(session, key), CKR_OK);
        assert_rv(end_signature(session), CKR_USER_NOT_LOGGED_IN);
        assert_pin((enum token)token, 1, 0, tries_of(token) - 1);
        assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
        assert_rv(begin_signature(session, key), CKR_USER_NOT_LOGGED_IN);
        // The user's own login needs no full counter, no other session and no other handle.
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_rv(begin_signature(session, key), CKR_OK);
        assert_rv(end_signature(session), CKR_OK);
        assert_pin((enum token)token, 2, 0, tries_of(token));
        assert_rv(sign_once(session), CKR_OK);
    }
}

void statement_057_a_pin_changed_by_others_costs_one_try_and_no_more(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    end_lease();
    stage_another_client_changes_pin("5678");
    assert_pin(kAuthentication, 2, 0, 3);
    assert_rv(sign_once(session), CKR_USER_NOT_LOGGED_IN);
    assert_pin(kAuthentication, 3, 1, 2);
    assert_int_equal(state_of(session), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(count_private_keys(session), 0);
    assert_rv(log_in(session, "5678"), CKR_OK);
    assert_rv(sign_once(session), CKR_OK);
    assert_int_equal(vcard_oracle("auth_pin", "failed"), 1);
    assert_int_equal(vcard_oracle("auth_pin", "tries_left"), 3);
}

void statement_058_login_user_without_a_name_is_login(void** state) {
    (void)state;
    stage_need(p11->C_LoginUser);
    CK_UTF8CHAR name[] = "taro";
    for (int token = 0; token < kTokens; ++token) {
        CK_UTF8CHAR pin[16];
        CK_UTF8CHAR wrong[16];
        const CK_ULONG length = strlen(kFacts[token].pin);
        memcpy(pin, kFacts[token].pin, length);
        memcpy(wrong, kFacts[token].wrong_pin, length);
        const CK_SESSION_HANDLE session = open_session((enum token)token, CKF_RW_SESSION);
        const CK_SESSION_HANDLE other = open_session(other_than(token), 0);
        unsigned long before = apdus_at_rest();
        assert_rv(p11->C_LoginUser(session, CKU_USER, pin, length, name, 4), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_LoginUser(session, CKU_USER, NULL, 0, NULL, 0), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_LoginUser(session, 99, pin, length, NULL, 0), CKR_USER_TYPE_INVALID);
        assert_rv(p11->C_LoginUser(session, CKU_SO, pin, length, NULL, 0), CKR_USER_TYPE_INVALID);
        assert_rv(p11->C_LoginUser(session, CKU_CONTEXT_SPECIFIC, pin, length, NULL, 0),
                  CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_LoginUser(session, CKU_USER, pin, 2, NULL, 0), CKR_PIN_INCORRECT);
        assert_rv(p11->C_LoginUser(88888, CKU_USER, pin, length, NULL, 0), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 0, 0, tries_of(token));
        assert_rv(p11->C_LoginUser(session, CKU_USER, wrong, length, NULL, 0), CKR_PIN_INCORRECT);
        assert_pin((enum token)token, 1, 1, tries_of(token) - 1);
        assert_rv(p11->C_LoginUser(session, CKU_USER, pin, length, NULL, 0), CKR_OK);
        assert_pin((enum token)token, 2, 1, tries_of(token));
        assert_int_equal(state_of(session), CKS_RW_USER_FUNCTIONS);
        assert_int_equal(state_of(other), CKS_RO_PUBLIC_SESSION);
        before = apdus_at_rest();
        assert_rv(p11->C_LoginUser(session, CKU_USER, pin, length, NULL, 0), CKR_USER_ALREADY_LOGGED_IN);
        assert_rv(p11->C_LoginUser(session, CKU_USER, wrong, length, name, 0), CKR_USER_ALREADY_LOGGED_IN);
        assert_int_equal(vcard_apdus(), before);
        assert_rv(p11->C_Logout(session), CKR_OK);
        stage_tries((enum token)token, 1);
        assert_rv(p11->C_LoginUser(session, CKU_USER, pin, length, NULL, 0), CKR_FUNCTION_CANCELED);
        assert_pin((enum token)token, 2, 1, 1);
        assert_rv(p11->C_CloseAllSessions(slot_of((enum token)token)), CKR_OK);
        assert_rv(p11->C_CloseAllSessions(slot_of(other_than(token))), CKR_OK);
    }
}
