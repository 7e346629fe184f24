// What ends a signature before it is made, and what never begins one (PKCS#11 3.2 §§5.2, 5.13).
#include "operations.h"
#include "statements.h"

static CK_BYTE kText[] = "a filing";

void statement_077_a_missing_length_ends_the_operation(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const CK_SESSION_HANDLE session = keys.session;
        CK_BYTE signature[kSignatureSize];
        CK_ULONG length = kSignatureSize;
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, signature, NULL), CKR_ARGUMENTS_BAD);
        assert_no_signature(session);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, NULL, NULL), CKR_ARGUMENTS_BAD);
        assert_no_signature(session);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_SignUpdate(session, kText, 1), CKR_OK);
        assert_rv(p11->C_SignFinal(session, signature, NULL), CKR_ARGUMENTS_BAD);
        assert_no_signature(session);
        // Input that is not there ends it, too.
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(session, NULL, 1, signature, &length), CKR_ARGUMENTS_BAD);
        assert_no_signature(session);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_SignUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
        assert_no_signature(session);
        assert_int_equal(signatures_made((enum token)token), 0);
        sign_whole(keys, CKM_SHA256_RSA_PKCS, kText, 1, signature);
    }
}

void statement_078_one_shot_and_parts_do_not_mix(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const CK_SESSION_HANDLE session = keys.session;
        CK_BYTE signature[kSignatureSize];
        CK_ULONG length = kSignatureSize;
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_SignUpdate(session, kText, 1), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, signature, &length), CKR_OPERATION_ACTIVE);
        assert_no_signature(session);
        assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
        // Asking for the length counts as the beginning of its way.
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, NULL, &length), CKR_OK);
        assert_rv(p11->C_SignUpdate(session, kText, 1), CKR_OPERATION_ACTIVE);
        assert_no_signature(session);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, NULL, &length), CKR_OK);
        assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_ACTIVE);
        assert_no_signature(session);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_SignFinal(session, NULL, &length), CKR_OK);
        assert_rv(p11->C_Sign(session, kText, 1, signature, &length), CKR_OPERATION_ACTIVE);
        assert_no_signature(session);
        assert_int_equal(signatures_made((enum token)token), 0);
    }
}

static void assert_not_begun(struct keys keys, CK_MECHANISM mechanism, CK_RV expected) {
    CK_BYTE signature[kSignatureSize] = {0};
    assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), expected);
    assert_no_signature(keys.session);
    assert_rv(p11->C_VerifyInit(keys.session, &mechanism, keys.public_key), expected);
    if (p11->C_VerifySignatureInit != NULL)
        assert_rv(p11->C_VerifySignatureInit(keys.session, &mechanism, keys.public_key, signature,
                                             sizeof(signature)),
                  expected);
    assert_no_verification(keys.session);
}

static void assert_no_digest_begun(CK_SESSION_HANDLE session, CK_MECHANISM mechanism, CK_RV expected) {
    assert_rv(p11->C_DigestInit(session, &mechanism), expected);
    assert_no_digest(session);
}

void statement_083_unsupported_mechanisms_and_parameters_begin_nothing(void** state) {
    (void)state;
    const CK_MECHANISM_TYPE unsupported[] = {CKM_RSA_X_509,
                                             CKM_RSA_PKCS_OAEP,
                                             CKM_SHA256,
                                             CKM_SHA_1,
                                             CKM_MD5,
                                             CKM_MD5_RSA_PKCS,
                                             CKM_SHA3_256_RSA_PKCS,
                                             CKM_RSA_PKCS_KEY_PAIR_GEN,
                                             CKM_ECDSA,
                                             CKM_SHA384_RSA_PKCS_PSS,
                                             CKM_VENDOR_DEFINED,
                                             ~0UL};
    const CK_MECHANISM_TYPE no_digests[] = {CKM_MD5, CKM_SHA3_256, CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, ~0UL};
    const CK_MECHANISM_TYPE digests[] = {CKM_SHA_1, CKM_SHA224, CKM_SHA256, CKM_SHA384, CKM_SHA512};
    CK_RSA_PKCS_PSS_PARAMS parameter = {CKM_SHA256, CKG_MGF1_SHA256, 32};
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const unsigned long before = vcard_apdus_steady();
        for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); ++i)
            assert_not_begun(keys, (CK_MECHANISM){unsupported[i], NULL, 0}, CKR_MECHANISM_INVALID);
        for (size_t i = 0; i < kSignings; ++i)
            assert_not_begun(keys, (CK_MECHANISM){kSigning[i].type, &parameter, sizeof(parameter)},
                             CKR_MECHANISM_PARAM_INVALID);
        for (size_t i = 0; i < sizeof(no_digests) / sizeof(no_digests[0]); ++i)
            assert_no_digest_begun(keys.session, (CK_MECHANISM){no_digests[i], NULL, 0},
                                   CKR_MECHANISM_INVALID);
        for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); ++i)
            assert_no_digest_begun(keys.session, (CK_MECHANISM){digests[i], &parameter, 1},
                                   CKR_MECHANISM_PARAM_INVALID);
        assert_int_equal(vcard_apdus(), before);
    }
}

void statement_084_only_a_private_key_signs(void** state) {
    (void)state;
    CK_OBJECT_HANDLE profile[8];
    for (int token = 0; token < kTokens; ++token) {
        struct keys keys = open_keys((enum token)token);
        const CK_OBJECT_HANDLE dead = keys.private_key;
        assert_true(find_objects(keys.session, CKO_PROFILE, profile, 8) > 0);
        const CK_OBJECT_HANDLE no_keys[] = {CK_INVALID_HANDLE, 77777, ~0UL,
                                            find_user_certificate(keys.session), profile[0]};
        for (size_t i = 0; i < sizeof(no_keys) / sizeof(no_keys[0]); ++i) {
            keys.private_key = no_keys[i];
            assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_HANDLE_INVALID);
        }
        keys.private_key = keys.public_key;
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_TYPE_INCONSISTENT);
        keys.private_key = dead;
        assert_rv(p11->C_Logout(keys.session), CKR_OK);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_HANDLE_INVALID);
        assert_rv(log_in(keys.session, kFacts[token].pin), CKR_OK);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_HANDLE_INVALID);
        assert_no_signature(keys.session);
        assert_int_equal(signatures_made((enum token)token), 0);
    }
    // Nor does the other token's.
    const CK_SESSION_HANDLE authentication = open_session(kAuthentication, 0);
    const CK_OBJECT_HANDLE other = find_key(open_session(kSignature, 0), CKO_PRIVATE_KEY);
    assert_rv(sign_init((struct keys){authentication, other, 0}, CKM_SHA256_RSA_PKCS),
              CKR_KEY_HANDLE_INVALID);
}
