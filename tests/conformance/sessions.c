// Sessions: what is refused, what a session knows of itself, and the operations in it (PKCS#11 3.2 §§5.6.1 to
// 5.6.5, 5.17, 5.22).
#include "operations.h"
#include "statements.h"

void statement_068_impossible_sessions_are_refused_and_handles_not_reused(void** state) {
    (void)state;
    CK_SESSION_HANDLE session = 0;
    const CK_SLOT_ID slot = slot_of(kAuthentication);
    assert_rv(p11->C_OpenSession(slot, 0, NULL, NULL, &session), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_RW_SESSION, NULL, NULL, &session),
              CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL, &session),
              CKR_SESSION_ASYNC_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(session, 0);
    CK_SESSION_HANDLE closed[100];
    for (size_t i = 0; i < 100; ++i) {
        closed[i] = open_session(i % 2 == 0 ? kAuthentication : kSignature, 0);
        assert_int_not_equal(closed[i], CK_INVALID_HANDLE);
        for (size_t before = 0; before < i; ++before)
            assert_int_not_equal(closed[i], closed[before]);
        assert_rv(p11->C_CloseSession(closed[i]), CKR_OK);
    }
    for (size_t i = 0; i < 100; ++i)
        assert_rv(p11->C_CloseSession(closed[i]), CKR_SESSION_HANDLE_INVALID);
}

void statement_069_session_info_tells_what_was_asked_for(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    const CK_SESSION_HANDLE reading = open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE writing = open_session(kSignature, CKF_RW_SESSION);
    assert_rv(p11->C_GetSessionInfo(reading, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSessionInfo(reading, &info), CKR_OK);
    assert_int_equal(info.slotID, slot_of(kAuthentication));
    assert_int_equal(info.flags, CKF_SERIAL_SESSION);
    assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
    assert_rv(p11->C_GetSessionInfo(writing, &info), CKR_OK);
    assert_int_equal(info.slotID, slot_of(kSignature));
    assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
}

static void assert_signed_interleaved(struct keys first, struct keys second) {
    CK_BYTE one[] = "the first filing";
    CK_BYTE other[] = "another filing";
    CK_BYTE signature[kSignatureSize];
    CK_ULONG length = kSignatureSize;
    const CK_ULONG cut = 4;
    assert_rv(sign_init(first, CKM_SHA256_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_SignUpdate(first.session, one, cut), CKR_OK);
    assert_rv(sign_init(second, CKM_SHA512_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_SignUpdate(second.session, other, cut), CKR_OK);
    assert_rv(p11->C_SignUpdate(first.session, one + cut, sizeof(one) - cut), CKR_OK);
    assert_rv(p11->C_SignUpdate(second.session, other + cut, sizeof(other) - cut), CKR_OK);
    assert_rv(p11->C_SignFinal(first.session, signature, &length), CKR_OK);
    assert_true(is_signature(first, "SHA256", one, sizeof(one), signature));
    assert_no_signature(first.session);
    assert_rv(p11->C_SignFinal(second.session, signature, &length), CKR_OK);
    assert_true(is_signature(second, "SHA512", other, sizeof(other), signature));
}

void statement_070_operations_belong_to_their_session(void** state) {
    (void)state;
    struct keys keys[kTokens];
    for (int token = 0; token < kTokens; ++token) {
        keys[token] = open_keys((enum token)token);
        const struct keys other = beside(keys[token], (enum token)token);
        assert_signed_interleaved(keys[token], other);
        begin_operations(keys[token], kAllOperations);
        begin_operations(other, kAllOperations);
        finish_operations(keys[token], kAllOperations);
        finish_operations(other, kAllOperations);
    }
    assert_signed_interleaved(keys[kAuthentication], keys[kSignature]);
}

void statement_071_digest_sign_verify_and_search_do_not_hinder_each_other(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    const CK_ULONG cut = 3;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const CK_SESSION_HANDLE session = keys.session;
        CK_BYTE signature[kSignatureSize];
        CK_BYTE made[kSignatureSize];
        CK_BYTE digest[64];
        CK_BYTE expected[64];
        CK_ULONG length = sizeof(expected);
        CK_OBJECT_HANDLE object = 0;
        CK_ULONG count = 0;
        sign_whole(keys, CKM_SHA256_RSA_PKCS, text, sizeof(text), signature);
        assert_rv(digest_init(session, CKM_SHA512), CKR_OK);
        assert_rv(p11->C_Digest(session, text, sizeof(text), expected, &length), CKR_OK);

        begin_operations(keys, CKF_FIND_OBJECTS | CKF_VERIFY | CKF_SIGN);
        assert_rv(digest_init(session, CKM_SHA512), CKR_OK);
        assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OK);
        assert_int_equal(count, 1);
        for (CK_ULONG at = 0; at < sizeof(text); at += cut) {
            assert_rv(p11->C_SignUpdate(session, text + at, cut), CKR_OK);
            assert_rv(p11->C_DigestUpdate(session, text + at, cut), CKR_OK);
            assert_rv(p11->C_VerifyUpdate(session, text + at, cut), CKR_OK);
        }
        length = sizeof(made);
        assert_rv(p11->C_SignFinal(session, made, &length), CKR_OK);
        assert_memory_equal(made, signature, kSignatureSize);
        length = sizeof(digest);
        assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OK);
        assert_memory_equal(digest, expected, sizeof(digest));
        assert_rv(p11->C_VerifyFinal(session, signature, kSignatureSize), CKR_OK);
        assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OK);
        assert_int_equal(count, 1);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    }
}

void statement_072_a_second_sign_init_is_refused_and_harms_nothing(void** state) {
    (void)state;
    CK_BYTE text[] = "a filing";
    const CK_ULONG cut = 3;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        CK_BYTE signature[kSignatureSize];
        CK_BYTE digest[64];
        CK_ULONG length = kSignatureSize;
        begin_operations(keys, CKF_SIGN | CKF_VERIFY | CKF_DIGEST);
        assert_rv(p11->C_SignUpdate(keys.session, text, cut), CKR_OK);
        assert_rv(p11->C_VerifyUpdate(keys.session, text, cut), CKR_OK);
        assert_rv(p11->C_DigestUpdate(keys.session, text, cut), CKR_OK);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OPERATION_ACTIVE);
        assert_rv(sign_init(keys, CKM_RSA_PKCS), CKR_OPERATION_ACTIVE);
        assert_rv(verify_init(keys, CKM_SHA1_RSA_PKCS), CKR_OPERATION_ACTIVE);
        assert_rv(digest_init(keys.session, CKM_SHA_1), CKR_OPERATION_ACTIVE);
        assert_rv(p11->C_SignUpdate(keys.session, text + cut, sizeof(text) - cut), CKR_OK);
        assert_rv(p11->C_VerifyUpdate(keys.session, text + cut, sizeof(text) - cut), CKR_OK);
        assert_rv(p11->C_SignFinal(keys.session, signature, &length), CKR_OK);
        assert_true(is_signature(keys, "SHA256", text, sizeof(text), signature));
        assert_rv(p11->C_VerifyFinal(keys.session, signature, kSignatureSize), CKR_OK);
        length = sizeof(digest);
        assert_rv(p11->C_DigestFinal(keys.session, digest, &length), CKR_OK);
        assert_int_equal(length, 32);
    }
}

void statement_073_a_null_mechanism_cancels(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        // Once with something to cancel, once without.
        for (int active = 1; active >= 0; --active) {
            if (active) begin_operations(keys, kAllOperations);
            assert_rv(p11->C_SignInit(keys.session, NULL, 0), CKR_OK);
            assert_rv(p11->C_VerifyInit(keys.session, NULL, 0), CKR_OK);
            assert_rv(p11->C_DigestInit(keys.session, NULL), CKR_OK);
            finish_operations(keys, active ? CKF_FIND_OBJECTS : 0);
        }
        assert_int_equal(signatures_made((enum token)token), 0);
        // Not offered, so there is nothing to cancel.
        assert_rv(p11->C_SignRecoverInit(keys.session, NULL, 0), CKR_FUNCTION_NOT_SUPPORTED);
        assert_rv(p11->C_VerifyRecoverInit(keys.session, NULL, 0), CKR_FUNCTION_NOT_SUPPORTED);
        if (p11->C_VerifySignatureInit == NULL) continue;
        CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
        CK_BYTE signature[kSignatureSize] = {0};
        assert_rv(
            p11->C_VerifySignatureInit(keys.session, &mechanism, keys.public_key, signature, kSignatureSize),
            CKR_OK);
        assert_rv(p11->C_VerifySignatureInit(keys.session, NULL, 0, NULL, 0), CKR_OK);
        assert_no_verification(keys.session);
    }
}

void statement_074_session_cancel_ends_what_it_names(void** state) {
    (void)state;
    stage_need(p11->C_SessionCancel);
    const CK_FLAGS kinds[] = {CKF_SIGN, CKF_VERIFY, CKF_DIGEST, CKF_FIND_OBJECTS};
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        assert_rv(p11->C_SessionCancel(keys.session, ~0UL), CKR_OK);
        begin_operations(keys, kAllOperations);
        assert_rv(p11->C_SessionCancel(keys.session, 0), CKR_OK);
        finish_operations(keys, kAllOperations);
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
            begin_operations(keys, kAllOperations);
            assert_rv(p11->C_SessionCancel(keys.session, kinds[i]), CKR_OK);
            assert_rv(p11->C_SessionCancel(keys.session, kinds[i]), CKR_OK);
            finish_operations(keys, kAllOperations & ~kinds[i]);
        }
        begin_operations(keys, kAllOperations);
        assert_rv(p11->C_SessionCancel(keys.session, ~0UL), CKR_OK);
        finish_operations(keys, 0);
    }
    assert_rv(p11->C_SessionCancel(CK_INVALID_HANDLE, 0), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_SessionCancel(77777, CKF_SIGN), CKR_SESSION_HANDLE_INVALID);
}

static unsigned notified;

static CK_RV refuse_everything(CK_SESSION_HANDLE session, CK_NOTIFICATION event, CK_VOID_PTR application) {
    (void)session;
    (void)event;
    (void)application;
    ++notified;
    return CKR_CANCEL;
}

void statement_094_the_notify_callback_is_never_required(void** state) {
    (void)state;
    char application = 0;
    notified = 0;
    for (int token = 0; token < kTokens; ++token) {
        struct keys keys = open_keys((enum token)token);
        const CK_SLOT_ID slot = slot_of((enum token)token);
        begin_operations(keys, kAllOperations);
        finish_operations(keys, kAllOperations);
        assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
        assert_rv(
            p11->C_OpenSession(slot, CKF_SERIAL_SESSION, &application, refuse_everything, &keys.session),
            CKR_OK);
        assert_rv(log_in(keys.session, kFacts[token].pin), CKR_OK);
        keys.private_key = find_key(keys.session, CKO_PRIVATE_KEY);
        keys.public_key = find_key(keys.session, CKO_PUBLIC_KEY);
        begin_operations(keys, kAllOperations);
        finish_operations(keys, kAllOperations);
        assert_rv(p11->C_Logout(keys.session), CKR_OK);
        assert_rv(p11->C_CloseSession(keys.session), CKR_OK);
    }
    assert_int_equal(notified, 0);
}
