// The certificates, what belongs to them, and who sees the one with a name in it (PKCS#11 3.2 §§4.6 to 4.9).
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "attribute_values.h"
#include "stage.h"
#include "statements.h"

enum { kSigned = 256 };

struct bytes {
    CK_ULONG size;
    CK_BYTE value[kMostBytes];
};

static struct bytes read_bytes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    struct bytes read;
    read.size = read_attribute(session, object, type, read.value, sizeof(read.value));
    return read;
}

static void assert_same(struct bytes left, struct bytes right) {
    assert_int_equal(left.size, right.size);
    assert_memory_equal(left.value, right.value, left.size);
}

static CK_OBJECT_HANDLE find_authority(CK_SESSION_HANDLE session) {
    CK_ULONG category = CK_CERTIFICATE_CATEGORY_AUTHORITY;
    CK_ATTRIBUTE wanted = {CKA_CERTIFICATE_CATEGORY, &category, sizeof(category)};
    CK_OBJECT_HANDLE found[2];
    CK_ULONG count = 0;
    assert_rv(p11->C_FindObjectsInit(session, &wanted, 1), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, 2, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    assert_int_equal(count, 1);
    return found[0];
}

void statement_107_certificate_and_keys_belong_together(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        static const CK_ATTRIBUTE_TYPE kCommon[] = {CKA_ID, CKA_SUBJECT, CKA_PUBLIC_KEY_INFO};
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE user = find_user_certificate(session);
        const CK_OBJECT_HANDLE authority = find_authority(session);
        const CK_OBJECT_HANDLE public_key = find_key(session, CKO_PUBLIC_KEY);
        const CK_OBJECT_HANDLE private_key = find_key(session, CKO_PRIVATE_KEY);
        for (size_t i = 0; i < sizeof(kCommon) / sizeof(kCommon[0]); ++i) {
            const struct bytes of_user = read_bytes(session, user, kCommon[i]);
            assert_true(of_user.size > 0);
            assert_same(of_user, read_bytes(session, public_key, kCommon[i]));
            assert_same(of_user, read_bytes(session, private_key, kCommon[i]));
            // No key of this token is the authority's.
            const struct bytes of_authority = read_bytes(session, authority, kCommon[i]);
            assert_false(of_user.size == of_authority.size &&
                         memcmp(of_user.value, of_authority.value, of_user.size) == 0);
        }
        assert_same(read_bytes(session, public_key, CKA_MODULUS),
                    read_bytes(session, private_key, CKA_MODULUS));
        assert_same(read_bytes(session, authority, CKA_SUBJECT), read_bytes(session, user, CKA_ISSUER));
        assert_same(read_bytes(session, authority, CKA_SUBJECT), read_bytes(session, authority, CKA_ISSUER));
    }
}

// A key made of CKA_PUBLIC_KEY_INFO has the numbers that the key object tells, and signatures verify with it.
static void assert_key_info(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE certificate, CK_OBJECT_HANDLE key) {
    const struct bytes info = read_bytes(session, certificate, CKA_PUBLIC_KEY_INFO);
    const struct bytes modulus = read_bytes(session, key, CKA_MODULUS);
    const struct bytes exponent = read_bytes(session, key, CKA_PUBLIC_EXPONENT);
    const unsigned char* at = info.value;
    BIGNUM* number = NULL;
    CK_BYTE value[kMostBytes];
    EVP_PKEY* parsed = d2i_PUBKEY(NULL, &at, (long)info.size);
    assert_non_null(parsed);
    assert_ptr_equal(at, info.value + info.size);
    assert_int_equal(modulus.size, kSigned);
    assert_int_not_equal(modulus.value[0], 0);
    assert_int_equal(EVP_PKEY_get_bn_param(parsed, OSSL_PKEY_PARAM_RSA_N, &number), 1);
    assert_int_equal(BN_bn2bin(number, value), modulus.size);
    assert_memory_equal(value, modulus.value, modulus.size);
    assert_int_equal(EVP_PKEY_get_bn_param(parsed, OSSL_PKEY_PARAM_RSA_E, &number), 1);
    assert_int_equal(BN_bn2bin(number, value), exponent.size);
    assert_memory_equal(value, exponent.value, exponent.size);
    BN_free(number);

    CK_BYTE signature[kSigned];
    static const char kText[] = "by the key of this certificate";
    assert_rv(sign_text(session, find_key(session, CKO_PRIVATE_KEY), kText, signature), CKR_OK);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, parsed), 1);
    assert_int_equal(
        EVP_DigestVerify(context, signature, sizeof(signature), (const CK_BYTE*)kText, strlen(kText)), 1);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(parsed);
}

static void assert_described(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, X509* issuer,
                             const char* first_day, CK_ULONG size) {
    CK_BYTE digest[EVP_MAX_MD_SIZE];
    X509* parsed = certificate_of(session, object);  // and nothing after it
    const struct bytes der = read_bytes(session, object, CKA_VALUE);
    assert_int_equal(der.size, size);
    // The issuer's signature covers what was read, so it is what the card was given.
    assert_int_equal(X509_verify(parsed, X509_get0_pubkey(issuer == NULL ? parsed : issuer)), 1);
    X509_free(parsed);

    const struct bytes serial = read_bytes(session, object, CKA_SERIAL_NUMBER);
    assert_in_range(serial.size, 3, 22);
    assert_int_equal(serial.value[0], 0x02);
    assert_int_equal(serial.value[1], serial.size - 2);
    const struct bytes check_value = read_bytes(session, object, CKA_CHECK_VALUE);
    assert_int_equal(check_value.size, 3);
    assert_int_equal(EVP_Digest(der.value, der.size, digest, NULL, EVP_sha1(), NULL), 1);
    assert_memory_equal(check_value.value, digest, 3);
    const struct bytes start = read_bytes(session, object, CKA_START_DATE);
    const struct bytes end = read_bytes(session, object, CKA_END_DATE);
    assert_int_equal(start.size, strlen(first_day));
    assert_memory_equal(start.value, first_day, start.size);
    assert_int_equal(end.size, start.size);
    assert_true(memcmp(start.value, end.value, start.size) < 0);
}

void statement_108_certificates_are_exact_and_described_truly(void** state) {
    (void)state;
    static const struct {
        CK_ULONG user;
        CK_ULONG authority;
        const char* authority_begins;
    } kExpected[kTokens] = {{1581, 1334, "20230323"}, {1810, 1319, "20231206"}};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE user = find_user_certificate(session);
        const CK_OBJECT_HANDLE authority = find_authority(session);
        X509* issuer = certificate_of(session, authority);
        assert_described(session, user, issuer, "20240122", kExpected[token].user);
        assert_described(session, authority, NULL, kExpected[token].authority_begins,
                         kExpected[token].authority);
        assert_key_info(session, user, find_key(session, CKO_PUBLIC_KEY));
        X509_free(issuer);
    }
}

static CK_ULONG hits(CK_SESSION_HANDLE session, CK_ATTRIBUTE wanted) {
    CK_OBJECT_HANDLE found[kMostObjects];
    CK_ULONG count = 0;
    assert_rv(p11->C_FindObjectsInit(session, &wanted, 1), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, kMostObjects, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    return count;
}

// The certificate, by all that a program may know of it from an earlier login.
struct known_certificate {
    struct bytes value;
    struct bytes subject;
    struct bytes unique_id;
    CK_OBJECT_HANDLE handle;
    CK_OBJECT_HANDLE public_key;
};

static void assert_seen(CK_SESSION_HANDLE session, const struct known_certificate* known, int logged_in) {
    CK_BYTE id[] = {0x02};
    char label[] = "Digital Signature Certificate";
    CK_ULONG category = CK_CERTIFICATE_CATEGORY_TOKEN_USER;
    struct known_certificate copy = *known;
    const CK_ULONG once = logged_in ? 1 : 0;
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_CERTIFICATE_CATEGORY, &category, sizeof(category)}),
                     once);
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_LABEL, label, sizeof(label) - 1}), once);
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_ID, id, sizeof(id)}), 3 * once);  // and the keys
    if (known->value.size == 0) return;
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_VALUE, copy.value.value, copy.value.size}), once);
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_SUBJECT, copy.subject.value, copy.subject.size}),
                     3 * once);
    assert_int_equal(hits(session, (CK_ATTRIBUTE){CKA_UNIQUE_ID, copy.unique_id.value, copy.unique_id.size}),
                     once);
}

static void assert_dead(CK_SESSION_HANDLE session, const struct known_certificate* known) {
    CK_BYTE value[kMostBytes];
    CK_ULONG size = 0;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    const CK_OBJECT_HANDLE handles[] = {known->handle, known->public_key};
    static const CK_ATTRIBUTE_TYPE kTypes[] = {CKA_VALUE, CKA_SUBJECT, CKA_MODULUS, CKA_CLASS};
    memset(value, 0xA5, sizeof(value));
    for (size_t i = 0; i < 2; ++i) {
        for (size_t k = 0; k < sizeof(kTypes) / sizeof(kTypes[0]); ++k) {
            CK_ATTRIBUTE attribute = {kTypes[k], value, sizeof(value)};
            assert_rv(p11->C_GetAttributeValue(session, handles[i], &attribute, 1),
                      CKR_OBJECT_HANDLE_INVALID);
        }
        assert_rv(p11->C_GetObjectSize(session, handles[i], &size), CKR_OBJECT_HANDLE_INVALID);
        assert_rv(p11->C_VerifyInit(session, &mechanism, handles[i]), CKR_KEY_HANDLE_INVALID);
    }
    for (size_t i = 0; i < sizeof(value); ++i)
        assert_int_equal(value[i], 0xA5);
}

static void get_to_know(CK_SESSION_HANDLE session, struct known_certificate* known) {
    known->handle = find_user_certificate(session);
    known->public_key = find_key(session, CKO_PUBLIC_KEY);
    known->value = read_bytes(session, known->handle, CKA_VALUE);
    known->subject = read_bytes(session, known->handle, CKA_SUBJECT);
    known->unique_id = read_bytes(session, known->handle, CKA_UNIQUE_ID);
}

void statement_109_the_signature_certificate_is_seen_only_when_logged_in(void** state) {
    (void)state;
    struct known_certificate known;
    struct known_certificate again;
    memset(&known, 0, sizeof(known));
    const CK_SESSION_HANDLE first = open_session(kSignature, 0);
    assert_seen(first, &known, 0);
    // Being logged in to the other token is of no use.
    const CK_SESSION_HANDLE neighbour = open_logged_in(kAuthentication);
    assert_seen(first, &known, 0);
    assert_int_equal(vcard_oracle(kFacts[kSignature].pin_part, "verifies"), 0);

    assert_rv(log_in(first, kFacts[kSignature].pin), CKR_OK);
    get_to_know(first, &known);
    assert_seen(first, &known, 1);
    assert_int_equal(hits(neighbour, (CK_ATTRIBUTE){CKA_VALUE, known.value.value, known.value.size}), 0);
    assert_rv(p11->C_Logout(first), CKR_OK);
    assert_seen(first, &known, 0);
    assert_dead(first, &known);

    assert_rv(log_in(first, kFacts[kSignature].pin), CKR_OK);
    assert_dead(first, &known);
    get_to_know(first, &again);
    assert_seen(first, &again, 1);
    assert_same(again.value, known.value);

    // The last session takes the login along, and with it the certificate.
    assert_rv(p11->C_CloseSession(first), CKR_OK);
    const CK_SESSION_HANDLE last = open_session(kSignature, 0);
    assert_seen(last, &again, 0);
    assert_dead(last, &again);
}
