// Signatures by both keys, verified by the module and by OpenSSL (PKCS#11 3.2 §§5.13, 5.15, 6.1.6).
#include <string.h>

#include "support/ban.h"
#include "support/openssl.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kSize = 256, kInput = 300 };

static CK_BYTE input[kInput];
static CK_BYTE certificate[4096];
static CK_ULONG certificate_size;

struct keys {
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE private_key;
    CK_OBJECT_HANDLE public_key;
};

static struct keys open_keys(enum token token) {
    struct keys keys = {.session = open_logged_in(token)};
    keys.private_key = find_key(keys.session, CKO_PRIVATE_KEY);
    keys.public_key = find_key(keys.session, CKO_PUBLIC_KEY);
    certificate_size = read_attribute(keys.session, find_user_certificate(keys.session), CKA_VALUE,
                                      certificate, sizeof(certificate));
    for (size_t i = 0; i < kInput; ++i)
        input[i] = (CK_BYTE)(i * 7 + 1);
    return keys;
}

static const struct {
    CK_MECHANISM_TYPE type;
    const char* digest;  // NULL: the input is padded as it is
    CK_ULONG most;
} kMechanisms[] = {
    {CKM_RSA_PKCS, NULL, 245},
    {CKM_SHA1_RSA_PKCS, "SHA1", kInput},
    {CKM_SHA224_RSA_PKCS, "SHA224", kInput},
    {CKM_SHA256_RSA_PKCS, "SHA256", kInput},
    {CKM_SHA384_RSA_PKCS, "SHA384", kInput},
    {CKM_SHA512_RSA_PKCS, "SHA512", kInput},
};
enum { kMechanismCount = sizeof(kMechanisms) / sizeof(kMechanisms[0]) };

static void sign_whole(struct keys keys, size_t which, CK_BYTE signature[kSize]) {
    CK_MECHANISM mechanism = {kMechanisms[which].type, NULL, 0};
    CK_ULONG length = kSize;
    assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_Sign(keys.session, input, kMechanisms[which].most, signature, &length), CKR_OK);
    assert_int_equal(length, kSize);
}

static void sign_in_parts(struct keys keys, size_t which, CK_BYTE signature[kSize]) {
    CK_MECHANISM mechanism = {kMechanisms[which].type, NULL, 0};
    CK_ULONG length = kSize;
    const CK_ULONG cut = 100;
    assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, input, cut), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, NULL, 0), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, input + cut, kMechanisms[which].most - cut), CKR_OK);
    assert_rv(p11->C_SignFinal(keys.session, signature, &length), CKR_OK);
    assert_int_equal(length, kSize);
}

static CK_RV verify_whole(struct keys keys, size_t which, CK_BYTE* signature, CK_ULONG size) {
    CK_MECHANISM mechanism = {kMechanisms[which].type, NULL, 0};
    assert_rv(p11->C_VerifyInit(keys.session, &mechanism, keys.public_key), CKR_OK);
    return p11->C_Verify(keys.session, input, kMechanisms[which].most, signature, size);
}

static CK_RV verify_in_parts(struct keys keys, size_t which, CK_BYTE* signature) {
    CK_MECHANISM mechanism = {kMechanisms[which].type, NULL, 0};
    CK_BYTE copy[kSize];
    memcpy(copy, signature, kSize);
    assert_rv(p11->C_VerifySignatureInit(keys.session, &mechanism, keys.public_key, copy, kSize), CKR_OK);
    memset(copy, 0, kSize);
    assert_rv(p11->C_VerifySignatureUpdate(keys.session, input, 1), CKR_OK);
    assert_rv(p11->C_VerifySignatureUpdate(keys.session, input + 1, kMechanisms[which].most - 1), CKR_OK);
    return p11->C_VerifySignatureFinal(keys.session);
}

static void both_keys_sign_with_every_mechanism_whole_and_in_parts(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        vcard_do("reset-oracle");
        for (size_t which = 0; which < kMechanismCount; ++which) {
            CK_BYTE whole[kSize];
            CK_BYTE parts[kSize];
            sign_whole(keys, which, whole);
            sign_in_parts(keys, which, parts);
            assert_memory_equal(whole, parts, kSize);
            assert_rv(verify_whole(keys, which, whole, kSize), CKR_OK);
            assert_rv(verify_in_parts(keys, which, whole), CKR_OK);
            assert_true(openssl_verifies(certificate, certificate_size, kMechanisms[which].digest, input,
                                         kMechanisms[which].most, whole, kSize));
        }
        assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), 2 * kMechanismCount);
    }
}

static void wrong_signatures_are_told_from_wrong_lengths(void** state) {
    (void)state;
    CK_BYTE signature[kSize + 1] = {0};
    const struct keys keys = open_keys(kAuthentication);
    sign_whole(keys, 3, signature);
    assert_rv(verify_whole(keys, 3, signature, kSize - 1), CKR_SIGNATURE_LEN_RANGE);
    assert_rv(verify_whole(keys, 3, signature, kSize + 1), CKR_SIGNATURE_LEN_RANGE);
    signature[kSize / 2] ^= 1;
    assert_rv(verify_whole(keys, 3, signature, kSize), CKR_SIGNATURE_INVALID);
    assert_rv(verify_in_parts(keys, 3, signature), CKR_SIGNATURE_INVALID);
    assert_rv(p11->C_Verify(keys.session, input, 1, signature, kSize), CKR_OPERATION_NOT_INITIALIZED);
    assert_false(openssl_verifies(certificate, certificate_size, "SHA256", input, kInput, signature, kSize));
}

static void size_queries_keep_the_operation_and_send_no_apdu(void** state) {
    (void)state;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_BYTE signature[kSize + 8];
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const unsigned long before = vcard_apdus_settled();
        assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_OK);
        memset(signature, 0xA5, sizeof(signature));
        CK_ULONG length = 0;
        for (int i = 0; i < 2; ++i) {
            assert_rv(p11->C_Sign(keys.session, input, 10, NULL, &length), CKR_OK);
            assert_int_equal(length, kSize);
        }
        length = kSize - 1;
        assert_rv(p11->C_Sign(keys.session, input, 10, signature, &length), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(length, kSize);
        for (size_t i = 0; i < sizeof(signature); ++i)
            assert_int_equal(signature[i], 0xA5);
        assert_int_equal(vcard_apdus_settled(), before);

        vcard_do("reset-oracle");
        length = sizeof(signature);
        assert_rv(p11->C_Sign(keys.session, input, 10, signature, &length), CKR_OK);
        assert_int_equal(length, kSize);
        for (size_t i = kSize; i < sizeof(signature); ++i)
            assert_int_equal(signature[i], 0xA5);
        assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), 1);
    }
}

static void the_same_buffer_may_be_input_and_output(void** state) {
    (void)state;
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    CK_BYTE both[kSize];
    CK_ULONG length = kSize;
    const struct keys keys = open_keys(kAuthentication);
    memcpy(both, input, 51);
    assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_Sign(keys.session, both, 51, both, &length), CKR_OK);
    assert_true(openssl_verifies(certificate, certificate_size, NULL, input, 51, both, kSize));
}

static void raw_input_is_bounded(void** state) {
    (void)state;
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    const struct keys keys = open_keys(kAuthentication);
    const struct {
        CK_ULONG size;
        CK_RV rv;
    } rows[] = {{1, CKR_OK}, {245, CKR_OK}, {246, CKR_DATA_LEN_RANGE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        CK_BYTE signature[kSize];
        CK_ULONG length = kSize;
        assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_OK);
        assert_rv(p11->C_Sign(keys.session, input, rows[i].size, signature, &length), rows[i].rv);
        assert_rv(p11->C_Sign(keys.session, input, 1, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
    }
}

static void misuse_ends_the_operation(void** state) {
    (void)state;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_BYTE signature[kSize];
    CK_ULONG length = kSize;
    const struct keys keys = open_keys(kAuthentication);
    const CK_SESSION_HANDLE session = keys.session;
    assert_rv(p11->C_SignInit(session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_SignInit(session, &mechanism, keys.private_key), CKR_OPERATION_ACTIVE);
    assert_rv(p11->C_Sign(session, input, 1, signature, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_Sign(session, input, 1, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_SignInit(session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_Sign(session, NULL, 5, signature, &length), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_SignFinal(session, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_SignInit(session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_SignUpdate(session, input, 5), CKR_OK);
    assert_rv(p11->C_Sign(session, input, 5, signature, &length), CKR_OPERATION_ACTIVE);
    assert_rv(p11->C_SignUpdate(session, input, 5), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_SignInit(session, &mechanism, keys.private_key), CKR_OK);
    assert_rv(p11->C_SignInit(session, NULL, 0), CKR_OK);
    assert_rv(p11->C_Sign(session, input, 5, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
}

static void wrong_keys_and_mechanisms_begin_nothing(void** state) {
    (void)state;
    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_MECHANISM good = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_MECHANISM with_parameter = {CKM_SHA256_RSA_PKCS, &pss, sizeof(pss)};
    CK_MECHANISM bad[] = {{CKM_RSA_X_509, NULL, 0}, {CKM_SHA256, NULL, 0}, {CKM_RSA_PKCS_OAEP, NULL, 0}};
    CK_ULONG length = kSize;
    CK_BYTE signature[kSize];
    const struct keys keys = open_keys(kAuthentication);
    const CK_SESSION_HANDLE session = keys.session;
    assert_rv(p11->C_SignInit(session, &good, 0), CKR_KEY_HANDLE_INVALID);
    assert_rv(p11->C_SignInit(session, &good, 77777), CKR_KEY_HANDLE_INVALID);
    assert_rv(p11->C_SignInit(session, &good, find_user_certificate(session)), CKR_KEY_HANDLE_INVALID);
    assert_rv(p11->C_SignInit(session, &good, keys.public_key), CKR_KEY_TYPE_INCONSISTENT);
    assert_rv(p11->C_VerifyInit(session, &good, keys.private_key), CKR_KEY_TYPE_INCONSISTENT);
    assert_rv(p11->C_SignInit(session, &with_parameter, keys.private_key), CKR_MECHANISM_PARAM_INVALID);
    for (size_t i = 0; i < 3; ++i)
        assert_rv(p11->C_SignInit(session, &bad[i], keys.private_key), CKR_MECHANISM_INVALID);
    assert_rv(p11->C_Sign(session, input, 1, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_SignInit(session, &good, keys.private_key), CKR_OK);
    assert_rv(p11->C_Logout(session), CKR_OK);
    assert_rv(p11->C_Sign(session, input, 1, signature, &length), CKR_OPERATION_NOT_INITIALIZED);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(both_keys_sign_with_every_mechanism_whole_and_in_parts),
        TEST(wrong_signatures_are_told_from_wrong_lengths),
        TEST(size_queries_keep_the_operation_and_send_no_apdu),
        TEST(the_same_buffer_may_be_input_and_output),
        TEST(raw_input_is_bounded),
        TEST(misuse_ends_the_operation),
        TEST(wrong_keys_and_mechanisms_begin_nothing),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
