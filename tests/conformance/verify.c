// Verification in software, in both ways (PKCS#11 3.2 §5.15).
#include <string.h>

#include "operations.h"
#include "statements.h"

static CK_BYTE kText[] = "a filing";
enum { kTextSize = sizeof(kText), kCut = 3 };

static CK_RV verify(struct keys keys, CK_MECHANISM_TYPE type, const CK_BYTE* signature, CK_ULONG size) {
    assert_rv(verify_init(keys, type), CKR_OK);
    const CK_RV rv = p11->C_Verify(keys.session, kText, kTextSize, (CK_BYTE*)signature, size);
    assert_no_verification(keys.session);
    return rv;
}

static CK_RV verify_in_parts(struct keys keys, CK_MECHANISM_TYPE type, const CK_BYTE* signature,
                             CK_ULONG size) {
    assert_rv(verify_init(keys, type), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(keys.session, kText, kCut), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(keys.session, NULL, 0), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(keys.session, kText + kCut, kTextSize - kCut), CKR_OK);
    const CK_RV rv = p11->C_VerifyFinal(keys.session, (CK_BYTE*)signature, size);
    assert_no_verification(keys.session);
    return rv;
}

static void assert_verifies(struct keys keys, CK_MECHANISM_TYPE type,
                            const CK_BYTE signature[kSignatureSize]) {
    CK_BYTE wrong[kSignatureSize + 1];
    const struct {
        CK_ULONG size;
        size_t flipped;
        CK_RV rv;
    } rows[] = {
        {kSignatureSize, kSignatureSize, CKR_OK},
        {kSignatureSize, 0, CKR_SIGNATURE_INVALID},
        {kSignatureSize, kSignatureSize - 1, CKR_SIGNATURE_INVALID},
        {kSignatureSize - 1, kSignatureSize, CKR_SIGNATURE_LEN_RANGE},
        {kSignatureSize + 1, kSignatureSize, CKR_SIGNATURE_LEN_RANGE},
        {0, kSignatureSize, CKR_SIGNATURE_LEN_RANGE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        memcpy(wrong, signature, kSignatureSize);
        wrong[rows[i].flipped] ^= 1U;  // the last byte belongs to no signature
        assert_rv(verify(keys, type, wrong, rows[i].size), rows[i].rv);
        assert_rv(verify_in_parts(keys, type, wrong, rows[i].size), rows[i].rv);
    }
}

static void assert_misuse_ends_verification(struct keys keys) {
    CK_BYTE signature[kSignatureSize] = {0};
    const CK_SESSION_HANDLE session = keys.session;
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_Verify(session, kText, kTextSize, NULL, kSignatureSize), CKR_ARGUMENTS_BAD);
    assert_no_verification(session);
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_no_verification(session);
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(session, kText, 1), CKR_OK);
    assert_rv(p11->C_VerifyFinal(session, NULL, kSignatureSize), CKR_ARGUMENTS_BAD);
    assert_no_verification(session);
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_VerifyUpdate(session, kText, 1), CKR_OK);
    assert_rv(p11->C_Verify(session, kText, 1, signature, kSignatureSize), CKR_OPERATION_ACTIVE);
    assert_no_verification(session);
    assert_rv(verify_init(keys, CKM_RSA_PKCS), CKR_OK);
    assert_rv(p11->C_Verify(session, signature, kMostRaw + 1, signature, kSignatureSize), CKR_DATA_LEN_RANGE);
    assert_no_verification(session);
    keys.public_key = keys.private_key;
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_TYPE_INCONSISTENT);
    keys.public_key = find_user_certificate(session);
    assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_KEY_HANDLE_INVALID);
    assert_no_verification(session);
}

void statement_085_verification_tells_wrong_from_too_long_and_ends(void** state) {
    (void)state;
    CK_BYTE signatures[kSignings][kSignatureSize];
    struct keys keys = open_keys(kSignature);
    sign_whole(keys, CKM_SHA256_RSA_PKCS, kText, kTextSize, signatures[0]);
    assert_verifies(keys, CKM_SHA256_RSA_PKCS, signatures[0]);
    assert_misuse_ends_verification(keys);

    keys = open_keys(kAuthentication);
    for (size_t i = 0; i < kSignings; ++i)
        sign_whole(keys, kSigning[i].type, kText, kTextSize, signatures[i]);
    assert_misuse_ends_verification(keys);
    // The authentication key's certificate is public: nobody needs to be logged in.
    assert_rv(p11->C_CloseAllSessions(slot_of(kAuthentication)), CKR_OK);
    keys.session = open_session(kAuthentication, 0);
    keys.public_key = find_key(keys.session, CKO_PUBLIC_KEY);
    for (size_t i = 0; i < kSignings; ++i)
        assert_verifies(keys, kSigning[i].type, signatures[i]);
    assert_int_equal(signatures_made(kAuthentication), kSignings);
}

static CK_RV verify_signature_init(struct keys keys, CK_MECHANISM_TYPE type, const CK_BYTE* signature,
                                   CK_ULONG size) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_BYTE copy[kSignatureSize + 1];
    memcpy(copy, signature, size);
    const CK_RV rv = p11->C_VerifySignatureInit(keys.session, &mechanism, keys.public_key, copy, size);
    memset(copy, 0, sizeof(copy));  // the module has its own
    return rv;
}

static void assert_equals_verify(struct keys keys, CK_MECHANISM_TYPE type,
                                 const CK_BYTE signature[kSignatureSize]) {
    const CK_SESSION_HANDLE session = keys.session;
    const CK_RV expected = verify(keys, type, signature, kSignatureSize);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OK);
    assert_rv(p11->C_VerifySignature(session, kText, kTextSize), expected);
    assert_no_verification(session);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OK);
    assert_rv(p11->C_VerifySignatureUpdate(session, kText, kCut), CKR_OK);
    assert_rv(p11->C_VerifySignatureUpdate(session, NULL, 0), CKR_OK);
    assert_rv(p11->C_VerifySignatureUpdate(session, kText + kCut, kTextSize - kCut), CKR_OK);
    assert_rv(p11->C_VerifySignatureFinal(session), expected);
    assert_no_verification(session);
}

static void assert_verify_signature_keeps_order(struct keys keys, const CK_BYTE signature[kSignatureSize]) {
    const CK_SESSION_HANDLE session = keys.session;
    const CK_MECHANISM_TYPE type = CKM_SHA256_RSA_PKCS;
    CK_BYTE longer[kSignatureSize + 1] = {0};
    memcpy(longer, signature, kSignatureSize);
    assert_rv(verify_signature_init(keys, type, longer, kSignatureSize - 1), CKR_SIGNATURE_LEN_RANGE);
    assert_rv(verify_signature_init(keys, type, longer, kSignatureSize + 1), CKR_SIGNATURE_LEN_RANGE);
    assert_no_verification(session);
    // One at a time, and neither's calls serve the other.
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OK);
    assert_rv(verify_init(keys, type), CKR_OPERATION_ACTIVE);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OPERATION_ACTIVE);
    assert_rv(p11->C_VerifyUpdate(session, kText, 1), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_VerifySignature(session, kText, kTextSize), CKR_OK);
    assert_rv(verify_init(keys, type), CKR_OK);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OPERATION_ACTIVE);
    assert_rv(p11->C_VerifySignatureUpdate(session, kText, 1), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_Verify(session, kText, kTextSize, longer, kSignatureSize), CKR_OK);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OK);
    assert_rv(p11->C_VerifySignatureUpdate(session, kText, 1), CKR_OK);
    assert_rv(p11->C_VerifySignature(session, kText, kTextSize), CKR_OPERATION_ACTIVE);
    assert_no_verification(session);
    assert_rv(verify_signature_init(keys, type, signature, kSignatureSize), CKR_OK);
    assert_rv(p11->C_VerifySignature(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_no_verification(session);
}

void statement_086_verify_signature_equals_verify(void** state) {
    (void)state;
    stage_need(p11->C_VerifySignatureInit);
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        CK_BYTE signature[kSignatureSize];
        for (size_t i = 0; i < kSignings; ++i) {
            sign_whole(keys, kSigning[i].type, kText, kTextSize, signature);
            assert_equals_verify(keys, kSigning[i].type, signature);
            signature[kSignatureSize / 2] ^= 1U;
            assert_equals_verify(keys, kSigning[i].type, signature);
        }
        sign_whole(keys, CKM_SHA256_RSA_PKCS, kText, kTextSize, signature);
        assert_verify_signature_keeps_order(keys, signature);
    }
}
