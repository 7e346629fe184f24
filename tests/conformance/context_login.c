// A password for every signature: confirm = "every-signature" makes CKA_ALWAYS_AUTHENTICATE true of the
// signature key, and then holds to it (PKCS#11 3.2 §§4.11, 5.6.8).
#include <string.h>

#include "operations.h"
#include "pin_steps.h"
#include "statements.h"

static const char kConfirm[] = "confirm = \"every-signature\"\n";

static CK_RV confirm(CK_SESSION_HANDLE session, const char* pin) {
    CK_UTF8CHAR copy[32];
    memcpy(copy, pin, strlen(pin) + 1);
    return p11->C_Login(session, CKU_CONTEXT_SPECIFIC, copy, strlen(pin));
}

static CK_BBOOL always_authenticates(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    CK_BBOOL value = 0xA5;
    assert_int_equal(read_attribute(session, key, CKA_ALWAYS_AUTHENTICATE, &value, sizeof(value)), 1);
    return value;
}

struct confirmed {
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
};

// Initialised with this configuration, and logged in with the signature's password.
static struct confirmed logged_in_under(const char* toml) {
    stage_configure(toml);
    assert_int_equal(initialized_with_card(NULL), 0);
    const CK_SESSION_HANDLE session = open_logged_in(kSignature);
    return (struct confirmed){session, find_key(session, CKO_PRIVATE_KEY)};
}

// The same after the one signature that the login was good for; every further one needs its own.
static struct confirmed spent(void) {
    const struct confirmed made = logged_in_under(kConfirm);
    assert_rv(begin_signature(made.session, made.key), CKR_OK);
    assert_rv(end_signature(made.session), CKR_OK);
    end_lease();
    vcard_do("reset-oracle");
    return made;
}

void statement_059_context_login_without_need_is_refused_unseen_by_the_card(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const char* const pins[] = {kFacts[token].pin, kFacts[token].wrong_pin, "?"};
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        const unsigned long public_apdus = apdus_at_rest();
        for (int i = 0; i < 3; ++i)
            assert_rv(confirm(session, pins[i]), CKR_OPERATION_NOT_INITIALIZED);
        assert_int_equal(vcard_apdus(), public_apdus);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        const unsigned long before = apdus_at_rest();
        for (int active = 0; active < 2; ++active) {
            if (active) assert_rv(begin_signature(session, key), CKR_OK);
            for (int i = 0; i < 3; ++i)
                assert_rv(confirm(session, pins[i]), CKR_OPERATION_NOT_INITIALIZED);
            assert_rv(p11->C_Login(session, CKU_CONTEXT_SPECIFIC, NULL, 0), CKR_OPERATION_NOT_INITIALIZED);
        }
        assert_int_equal(vcard_apdus(), before);
        assert_pin((enum token)token, 1, 0, tries_of(token));
        assert_int_equal(pin_flags((enum token)token), 0);
        assert_int_equal(state_of(session), CKS_RO_USER_FUNCTIONS);
        assert_rv(end_signature(session), CKR_OK);
        assert_int_equal(signatures_made((enum token)token), 1);
    }
}

void statement_060_with_confirm_every_signature_needs_a_login_of_its_own(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    CK_BYTE signature[kSignatureSize];
    CK_ULONG length = sizeof(signature);
    const struct confirmed my = logged_in_under(kConfirm);
    assert_pin(kSignature, 1, 0, tries_of(kSignature));
    // C_SignInit never fails for this, and the login right before is a password for the first signature.
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(end_signature(my.session), CKR_OK);
    assert_int_equal(signatures_made(kSignature), 1);
    end_lease();
    vcard_do("reset-oracle");
    const unsigned long before = vcard_apdus();
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    assert_rv(end_signature(my.session), CKR_OPERATION_NOT_INITIALIZED);
    // Hashing needs no password yet.
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(p11->C_SignUpdate(my.session, text, sizeof(text)), CKR_OK);
    assert_rv(p11->C_SignFinal(my.session, signature, &length), CKR_USER_NOT_LOGGED_IN);
    assert_rv(p11->C_SignFinal(my.session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
    assert_int_equal(vcard_apdus(), before);
    assert_int_equal(signatures_made(kSignature), 0);
    assert_pin(kSignature, 0, 0, tries_of(kSignature));
    assert_int_equal(state_of(my.session), CKS_RO_USER_FUNCTIONS);
    // In another session of the token it is the same.
    const CK_SESSION_HANDLE another = open_session(kSignature, 0);
    assert_rv(begin_signature(another, my.key), CKR_OK);
    assert_rv(end_signature(another), CKR_USER_NOT_LOGGED_IN);
    // What a login shows stays readable without its PIN.
    CK_BYTE certificate[4096];
    assert_int_equal(read_attribute(my.session, find_user_certificate(my.session), CKA_VALUE, certificate,
                                    sizeof(certificate)),
                     1810);
    // A login that nobody used is good for one signature, too: not for one of each session.
    assert_rv(p11->C_Logout(my.session), CKR_OK);
    assert_rv(log_in(my.session, kFacts[kSignature].pin), CKR_OK);
    assert_rv(sign_once(another), CKR_OK);
    assert_rv(sign_once(my.session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(signatures_made(kSignature), 1);
    assert_int_equal(vcard_oracle("sign_pin", "failed"), 0);
}

void statement_061_with_confirm_one_context_login_is_one_signature(void** state) {
    (void)state;
    const char* pin = kFacts[kSignature].pin;
    const struct confirmed my = spent();
    for (unsigned long i = 1; i <= 2; ++i) {
        assert_rv(begin_signature(my.session, my.key), CKR_OK);
        assert_rv(confirm(my.session, pin), CKR_OK);
        end_lease();
        assert_rv(end_signature(my.session), CKR_OK);
        assert_int_equal(signatures_made(kSignature), i);
        // The password, and once more in the lease of the signature.
        assert_pin(kSignature, 2 * i, 0, tries_of(kSignature));
        assert_rv(begin_signature(my.session, my.key), CKR_OK);
        assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    }
    // It belongs to the operation: ended without a signature, it takes its password with it.
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(confirm(my.session, pin), CKR_OK);
    assert_rv(p11->C_SignInit(my.session, NULL, my.key), CKR_OK);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    // And to its session.
    const CK_SESSION_HANDLE another = open_session(kSignature, 0);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(begin_signature(another, my.key), CKR_OK);
    assert_rv(confirm(my.session, pin), CKR_OK);
    assert_rv(end_signature(another), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(signatures_made(kSignature), 2);
    assert_pin(kSignature, 6, 0, tries_of(kSignature));
    assert_rv(end_signature(my.session), CKR_OK);
    assert_int_equal(signatures_made(kSignature), 3);
}

// As clients do that honour the attribute from the first signature on.
void statement_061_a_login_that_was_confirmed_is_not_good_for_another_signature(void** state) {
    (void)state;
    const struct confirmed my = logged_in_under(kConfirm);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(confirm(my.session, kFacts[kSignature].pin), CKR_OK);
    assert_rv(end_signature(my.session), CKR_OK);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(signatures_made(kSignature), 1);
    assert_int_equal(vcard_oracle("sign_pin", "failed"), 0);
}

void statement_062_a_wrong_context_login_keeps_the_operation(void** state) {
    (void)state;
    const char* pin = kFacts[kSignature].pin;
    const char* wrong = kFacts[kSignature].wrong_pin;
    const struct confirmed my = spent();
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(confirm(my.session, wrong), CKR_PIN_INCORRECT);
    assert_pin(kSignature, 1, 1, tries_of(kSignature) - 1);
    assert_rv(confirm(my.session, "?"), CKR_PIN_INCORRECT);
    assert_rv(p11->C_Login(my.session, CKU_CONTEXT_SPECIFIC, NULL, 0), CKR_ARGUMENTS_BAD);
    assert_pin(kSignature, 1, 1, tries_of(kSignature) - 1);
    assert_int_equal(state_of(my.session), CKS_RO_USER_FUNCTIONS);
    assert_int_equal(pin_flags(kSignature), CKF_USER_PIN_COUNT_LOW);
    assert_rv(begin_signature(my.session, my.key), CKR_OPERATION_ACTIVE);
    assert_rv(confirm(my.session, pin), CKR_OK);
    assert_pin(kSignature, 2, 1, tries_of(kSignature));
    assert_rv(end_signature(my.session), CKR_OK);
    assert_int_equal(signatures_made(kSignature), 1);
    // Without another try it stays unauthenticated; the last answer counts.
    vcard_do("reset-oracle");
    for (int confirmed_before = 0; confirmed_before < 2; ++confirmed_before) {
        assert_rv(begin_signature(my.session, my.key), CKR_OK);
        if (confirmed_before) assert_rv(confirm(my.session, pin), CKR_OK);
        assert_rv(confirm(my.session, wrong), CKR_PIN_INCORRECT);
        assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
        assert_int_equal(state_of(my.session), CKS_RO_USER_FUNCTIONS);
    }
    assert_int_equal(signatures_made(kSignature), 0);
    assert_pin(kSignature, 3, 2, tries_of(kSignature) - 1);
}

void statement_062_a_blocked_context_login_logs_out(void** state) {
    (void)state;
    const char* pin = kFacts[kSignature].pin;
    const struct confirmed my = spent();
    // The last try is kept, and the login with it.
    stage_tries(kSignature, 1);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(confirm(my.session, pin), CKR_FUNCTION_CANCELED);
    assert_pin(kSignature, 0, 0, 1);
    assert_int_equal(state_of(my.session), CKS_RO_USER_FUNCTIONS);
    stage_tries(kSignature, 0);
    assert_rv(confirm(my.session, pin), CKR_PIN_LOCKED);
    assert_pin(kSignature, 0, 0, 0);
    assert_int_equal(state_of(my.session), CKS_RO_PUBLIC_SESSION);
    assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    assert_rv(end_signature(my.session), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(begin_signature(my.session, my.key), CKR_USER_NOT_LOGGED_IN);
    // So does the wrong password that spends the last try, where that is allowed.
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    stage_tries(kSignature, (unsigned)tries_of(kSignature));
    const struct confirmed bold = logged_in_under("last_try = \"allow\"\nconfirm = \"every-signature\"\n");
    stage_tries(kSignature, 1);
    assert_rv(begin_signature(bold.session, bold.key), CKR_OK);
    assert_rv(confirm(bold.session, kFacts[kSignature].wrong_pin), CKR_PIN_LOCKED);
    assert_pin(kSignature, 2, 1, 0);
    assert_int_equal(state_of(bold.session), CKS_RO_PUBLIC_SESSION);
    assert_rv(end_signature(bold.session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(signatures_made(kSignature), 0);
}

void statement_063_context_login_twice_in_one_operation_is_fine(void** state) {
    (void)state;
    const char* pin = kFacts[kSignature].pin;
    const struct confirmed my = spent();
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(confirm(my.session, pin), CKR_OK);
    assert_rv(confirm(my.session, pin), CKR_OK);
    end_lease();
    assert_rv(confirm(my.session, pin), CKR_OK);
    assert_pin(kSignature, 3, 0, tries_of(kSignature));
    assert_rv(end_signature(my.session), CKR_OK);
    assert_rv(begin_signature(my.session, my.key), CKR_OK);
    assert_rv(end_signature(my.session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(signatures_made(kSignature), 1);
    assert_int_equal(vcard_oracle("sign_pin", "failed"), 0);
}

void statement_064_a_length_query_does_not_consume_the_context_login(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    CK_BYTE signature[kSignatureSize];
    CK_ULONG length = 0;
    const struct confirmed my = spent();
    for (int parts = 0; parts < 2; ++parts) {
        assert_rv(begin_signature(my.session, my.key), CKR_OK);
        if (parts) assert_rv(p11->C_SignUpdate(my.session, text, sizeof(text)), CKR_OK);
        assert_rv(confirm(my.session, kFacts[kSignature].pin), CKR_OK);
        const unsigned long before = apdus_at_rest();
        for (int i = 0; i < 3; ++i) {
            const int small = i == 2;
            length = small ? kSignatureSize - 1 : 0;
            assert_rv(parts ? p11->C_SignFinal(my.session, small ? signature : NULL, &length)
                            : p11->C_Sign(my.session, text, sizeof(text), small ? signature : NULL, &length),
                      small ? CKR_BUFFER_TOO_SMALL : CKR_OK);
            assert_int_equal(length, kSignatureSize);
        }
        assert_int_equal(vcard_apdus(), before);
        assert_rv(parts ? p11->C_SignFinal(my.session, signature, &length)
                        : p11->C_Sign(my.session, text, sizeof(text), signature, &length),
                  CKR_OK);
        assert_int_equal(signatures_made(kSignature), (unsigned)parts + 1);
        assert_pin(kSignature, 2UL * (unsigned)parts + 2, 0, tries_of(kSignature));
    }
}

// Two signatures after one login.
static void assert_as_advertised(enum token token, CK_BBOOL every_signature) {
    const CK_SESSION_HANDLE session = open_logged_in(token);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    assert_int_equal(always_authenticates(session, key), every_signature);
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(end_signature(session), CKR_OK);
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(end_signature(session), every_signature ? CKR_USER_NOT_LOGGED_IN : CKR_OK);
    assert_rv(begin_signature(session, key), CKR_OK);
    assert_rv(confirm(session, kFacts[token].pin), every_signature ? CKR_OK : CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(end_signature(session), CKR_OK);
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), 0);
    assert_rv(p11->C_CloseSession(session), CKR_OK);
}

void statement_065_what_is_advertised_is_enforced(void** state) {
    const char* const configurations[] = {"", "confirm = \"never\"\n", kConfirm};
    for (int i = 0; i < 3; ++i) {
        stage_configure(configurations[i]);
        assert_int_equal(initialized_with_card(state), 0);
        assert_as_advertised(kAuthentication, CK_FALSE);
        assert_as_advertised(kSignature, i == 2 ? CK_TRUE : CK_FALSE);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}

void statement_066_confirmation_is_configured_per_application(void** state) {
    static const struct {
        const char* toml;
        CK_BBOOL every_signature;
    } cases[] = {
        {"[application.conformance]\nconfirm = \"every-signature\"\n"
         "[application.conformance_rig]\nconfirm = \"every-signature\"\n",
         CK_TRUE},
        {"confirm = \"every-signature\"\n[application.conformance]\nconfirm = \"never\"\n"
         "[application.conformance_rig]\nconfirm = \"never\"\n",
         CK_FALSE},
        {"[application.another]\nconfirm = \"every-signature\"\n", CK_FALSE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        stage_configure(cases[i].toml);
        assert_int_equal(initialized_with_card(state), 0);
        assert_as_advertised(kSignature, cases[i].every_signature);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}
