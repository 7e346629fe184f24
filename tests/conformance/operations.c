#include "operations.h"

#include "support/openssl.h"

enum { kMostCertificate = 4096 };

const struct signing kSigning[kSignings] = {
    {CKM_RSA_PKCS, NULL},
    {CKM_SHA1_RSA_PKCS, "SHA1"},
    {CKM_SHA224_RSA_PKCS, "SHA224"},
    {CKM_SHA256_RSA_PKCS, "SHA256"},
    {CKM_SHA384_RSA_PKCS, "SHA384"},
    {CKM_SHA512_RSA_PKCS, "SHA512"},
};

struct keys open_keys(enum token token) {
    struct keys keys = {.session = open_logged_in(token)};
    keys.private_key = find_key(keys.session, CKO_PRIVATE_KEY);
    keys.public_key = find_key(keys.session, CKO_PUBLIC_KEY);
    return keys;
}

struct keys beside(struct keys keys, enum token token) {
    keys.session = open_session(token, 0);
    return keys;
}

CK_RV sign_init(struct keys keys, CK_MECHANISM_TYPE type) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    return p11->C_SignInit(keys.session, &mechanism, keys.private_key);
}

CK_RV verify_init(struct keys keys, CK_MECHANISM_TYPE type) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    return p11->C_VerifyInit(keys.session, &mechanism, keys.public_key);
}

CK_RV digest_init(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    return p11->C_DigestInit(session, &mechanism);
}

void sign_whole(struct keys keys, CK_MECHANISM_TYPE type, const void* data, CK_ULONG size,
                CK_BYTE signature[kSignatureSize]) {
    CK_ULONG length = kSignatureSize;
    assert_rv(sign_init(keys, type), CKR_OK);
    assert_rv(p11->C_Sign(keys.session, (CK_BYTE*)data, size, signature, &length), CKR_OK);
    assert_int_equal(length, kSignatureSize);
}

int is_signature(struct keys keys, const char* digest, const void* data, CK_ULONG size,
                 const CK_BYTE signature[kSignatureSize]) {
    CK_BYTE certificate[kMostCertificate];
    const CK_ULONG length = read_attribute(keys.session, find_user_certificate(keys.session), CKA_VALUE,
                                           certificate, sizeof(certificate));
    return openssl_verifies(certificate, length, digest, data, size, signature, kSignatureSize);
}

unsigned long signatures_made(enum token token) { return vcard_oracle(kFacts[token].key_part, "signatures"); }

void assert_no_signature(CK_SESSION_HANDLE session) {
    CK_BYTE byte = 0;
    assert_rv(p11->C_SignUpdate(session, &byte, 1), CKR_OPERATION_NOT_INITIALIZED);
}

void assert_no_verification(CK_SESSION_HANDLE session) {
    CK_BYTE byte = 0;
    assert_rv(p11->C_VerifyUpdate(session, &byte, 1), CKR_OPERATION_NOT_INITIALIZED);
    if (p11->C_VerifySignatureUpdate == NULL) return;
    assert_rv(p11->C_VerifySignatureUpdate(session, &byte, 1), CKR_OPERATION_NOT_INITIALIZED);
}

void assert_no_digest(CK_SESSION_HANDLE session) {
    CK_BYTE byte = 0;
    assert_rv(p11->C_DigestUpdate(session, &byte, 1), CKR_OPERATION_NOT_INITIALIZED);
}

void begin_operations(struct keys keys, CK_FLAGS which) {
    if ((which & CKF_SIGN) != 0) assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    if ((which & CKF_VERIFY) != 0) assert_rv(verify_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    if ((which & CKF_DIGEST) != 0) assert_rv(digest_init(keys.session, CKM_SHA256), CKR_OK);
    if ((which & CKF_FIND_OBJECTS) != 0) assert_rv(p11->C_FindObjectsInit(keys.session, NULL, 0), CKR_OK);
}

void finish_operations(struct keys keys, CK_FLAGS active) {
    CK_BYTE text[] = {'a', 'b', 'c'};
    CK_BYTE signature[kSignatureSize] = {0};
    CK_ULONG length = kSignatureSize;
    CK_OBJECT_HANDLE object = 0;
    CK_ULONG count = 0;
#define ANSWER(flag, answer) (((active) & (flag)) != 0 ? (answer) : CKR_OPERATION_NOT_INITIALIZED)
    assert_rv(p11->C_FindObjects(keys.session, &object, 1, &count), ANSWER(CKF_FIND_OBJECTS, CKR_OK));
    assert_rv(p11->C_FindObjectsFinal(keys.session), ANSWER(CKF_FIND_OBJECTS, CKR_OK));
    assert_rv(p11->C_Verify(keys.session, text, sizeof(text), signature, kSignatureSize),
              ANSWER(CKF_VERIFY, CKR_SIGNATURE_INVALID));
    assert_rv(p11->C_Sign(keys.session, text, sizeof(text), signature, &length), ANSWER(CKF_SIGN, CKR_OK));
    if ((active & CKF_SIGN) != 0) assert_true(is_signature(keys, "SHA256", text, sizeof(text), signature));
    length = kSignatureSize;
    assert_rv(p11->C_Digest(keys.session, text, sizeof(text), signature, &length),
              ANSWER(CKF_DIGEST, CKR_OK));
#undef ANSWER
}
