// Cards that leave, and leave and come back (PKCS#11 3.2 §§5.1.2, 5.6).
#include <pthread.h>

#include "operations.h"
#include "statements.h"
#include "support/sweep.h"

// Asks every function that takes a session. Those with a PIN say what happened, since there are clients (NSS)
// that send the PIN once more, unasked, when they hear that their session is invalid.
static void assert_dead(CK_SESSION_HANDLE session) {
    unsigned asked = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        const struct swept* function = &kSwept[i];
        if (!sweep_takes_session(function) || !sweep_offered(function)) continue;
        // The proxy answers these two by itself.
        if (stage_way == kProxy &&
            (sweep_is(function, "C_GetFunctionStatus") || sweep_is(function, "C_CancelFunction")))
            continue;
        const int sends_pin = sweep_is(function, "C_Login") || sweep_is(function, "C_LoginUser") ||
                              sweep_is(function, "C_SetPIN");
        const CK_RV expected = sends_pin ? CKR_DEVICE_REMOVED : CKR_SESSION_HANDLE_INVALID;
        sweep_scratch(4);
        sweep_session(session);
        const CK_RV rv = function->call(kList3_2);
        if (rv != expected) fail_msg("%s answered 0x%lx, not 0x%lx", function->name, rv, expected);
        ++asked;
    }
    assert_in_range(asked, 50, kSweptFunctions);
}

static void assert_works(enum token token) {
    CK_SESSION_INFO info;
    const CK_SESSION_HANDLE session = open_session(token, 0);
    assert_rv(p11->C_GetSessionInfo(session, &info), CKR_OK);
    assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
    assert_rv(p11->C_CloseSession(session), CKR_OK);
    const struct keys keys = open_keys(token);
    begin_operations(keys, kAllOperations);
    finish_operations(keys, kAllOperations);
}

void statement_092_removal_kills_the_sessions_of_both_slots_for_good(void** state) {
    (void)state;
    struct keys keys[kTokens];
    for (int token = 0; token < kTokens; ++token) {
        keys[token] = open_keys((enum token)token);
        begin_operations(keys[token], kAllOperations);
    }
    const CK_SESSION_HANDLE public = open_session(kSignature, CKF_RW_SESSION);
    stage_remove();
    for (int token = 0; token < kTokens; ++token)
        assert_dead(keys[token].session);
    assert_dead(public);
    stage_insert(kDefaultCard);
    for (int token = 0; token < kTokens; ++token)
        assert_dead(keys[token].session);
    assert_dead(public);
    // A session that never was is no removed one.
    assert_rv(log_in(77777, kFacts[kAuthentication].pin), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(vcard_oracle("auth_pin", "failed") + vcard_oracle("sign_pin", "failed"), 0);
    for (int token = 0; token < kTokens; ++token) {
        assert_works((enum token)token);
        assert_dead(keys[token].session);
    }
}

void statement_092_a_removal_that_nobody_saw_is_a_removal(void** state) {
    (void)state;
    struct keys keys[kTokens];
    unsigned long verifies[kTokens];
    for (int token = 0; token < kTokens; ++token) {
        keys[token] = open_keys((enum token)token);
        begin_operations(keys[token], kAllOperations);
        verifies[token] = vcard_oracle(kFacts[token].pin_part, "verifies");
    }
    stage_bounce();
    for (int token = 0; token < kTokens; ++token) {
        assert_dead(keys[token].session);
        assert_int_equal(signatures_made((enum token)token), 0);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verifies"), verifies[token]);
        assert_works((enum token)token);
    }
}

// The module looks twice a second only; the card itself is what tells.
void statement_092_a_removal_between_two_looks_is_device_removed(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        CK_BYTE signature[kSignatureSize];
        CK_ULONG length = kSignatureSize;
        begin_operations(keys, CKF_SIGN);
        const unsigned long verifies = vcard_oracle(kFacts[token].pin_part, "verifies");
        vcard_do("remove");
        vcard_do("insert");
        assert_rv(p11->C_Sign(keys.session, text, sizeof(text), signature, &length), CKR_DEVICE_REMOVED);
        assert_dead(keys.session);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verifies"), verifies);
        assert_int_equal(signatures_made((enum token)token), 0);
        stage_bounce();
    }
}

void statement_092_another_persons_card_inherits_no_login(void** state) {
    (void)state;
    enum { kShortest = 1000 };
    CK_BYTE mine[4096];
    CK_BYTE theirs[4096];
    const struct keys keys = open_keys(kAuthentication);
    const CK_SESSION_HANDLE other = open_logged_in(kSignature);
    (void)read_attribute(keys.session, find_user_certificate(keys.session), CKA_VALUE, mine, sizeof(mine));
    begin_operations(keys, kAllOperations);
    stage_insert(kOtherPersonsCard);
    assert_dead(keys.session);
    assert_dead(other);
    for (int token = 0; token < kTokens; ++token) {
        assert_rv(log_in(token == kAuthentication ? keys.session : other, kFacts[token].pin),
                  CKR_DEVICE_REMOVED);
        assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verifies"), 0);
    }
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    (void)read_attribute(session, find_user_certificate(session), CKA_VALUE, theirs, sizeof(theirs));
    assert_memory_not_equal(mine, theirs, kShortest);
    assert_rv(p11->C_CloseSession(session), CKR_OK);
    assert_works(kAuthentication);
}

// Signs until that fails, and keeps the first failure.
struct signer {
    struct keys keys;
    CK_RV rv;
    const char* during;
};

static void* sign_until_it_fails(void* argument) {
    struct signer* signer = argument;
    do {
        CK_BYTE text[] = "a filing";
        CK_BYTE signature[kSignatureSize];
        CK_ULONG length = kSignatureSize;
        signer->during = "C_SignInit";
        signer->rv = sign_init(signer->keys, CKM_SHA256_RSA_PKCS);
        if (signer->rv != CKR_OK) break;
        signer->during = "C_Sign";
        signer->rv = p11->C_Sign(signer->keys.session, text, sizeof(text), signature, &length);
    } while (signer->rv == CKR_OK);
    return NULL;
}

void statement_093_removal_while_signing_is_device_removed(void** state) {
    (void)state;
    struct signer signer = {.keys = open_keys(kAuthentication)};
    const struct keys other = open_keys(kSignature);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sign_until_it_fails, &signer), 0);
    for (const unsigned long end = now_ms() + 5000; signatures_made(kAuthentication) < 3 && now_ms() < end;)
        sleep_ms(1);
    stage_remove();
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_rv(signer.rv, CKR_DEVICE_REMOVED);
    assert_string_equal(signer.during, "C_Sign");
    assert_dead(signer.keys.session);
    assert_dead(other.session);
    stage_insert(kDefaultCard);
    assert_dead(signer.keys.session);
    assert_works(kAuthentication);
    assert_works(kSignature);
}
