#include "attribute_values.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

enum { kUniqueId = 32, kCheckValue = 3, kDate = 8 };

// What a value is told by: the token's objects, and which of them.
struct subject {
    const struct token_objects* of;
    CK_ULONG object;
};
typedef CK_ULONG (*teller)(struct subject subject, CK_BYTE* out);

static enum object_kind kind_of(struct subject subject) { return subject.of->list[subject.object].kind; }

// The object's own certificate; of a key the user's.
static X509* certificate(struct subject subject) {
    return kind_of(subject) == kAuthority ? subject.of->authority : subject.of->user;
}

static CK_ULONG put(const void* value, size_t size, CK_BYTE* out) {
    assert_in_range(size, 0, kMostBytes);
    memcpy(out, value, size);
    return size;
}

static CK_ULONG positive(int size) {
    assert_in_range(size, 1, kMostBytes);
    return (CK_ULONG)size;
}

static CK_ULONG tell_user_privacy(struct subject subject, CK_BYTE* out) {
    const CK_BBOOL value = subject.of->token == kSignature ? CK_TRUE : CK_FALSE;
    return put(&value, sizeof(value), out);
}

static CK_ULONG tell_profile(struct subject subject, CK_BYTE* out) {
    static const CK_PROFILE_ID kProfiles[] = {CKP_BASELINE_PROVIDER, CKP_EXTENDED_PROVIDER,
                                              CKP_AUTHENTICATION_TOKEN, CKP_PUBLIC_CERTIFICATES_TOKEN};
    const CK_ULONG place = subject.of->list[subject.object].profile;
    assert_in_range(place, 0, 3);
    return put(&kProfiles[place], sizeof(kProfiles[place]), out);
}

static CK_ULONG tell_label(struct subject subject, CK_BYTE* out) {
    static const char* const kLabels[kTokens][kObjectKinds] = {
        {NULL, "User Authentication Certificate", "User Authentication CA Certificate",
         "User Authentication Public Key", "User Authentication Key"},
        {NULL, "Digital Signature Certificate", "Digital Signature CA Certificate",
         "Digital Signature Public Key", "Digital Signature Key"},
    };
    const char* label = kLabels[subject.of->token][kind_of(subject)];
    return put(label, strlen(label), out);
}

static CK_ULONG tell_id(struct subject subject, CK_BYTE* out) {
    static const CK_BYTE kIds[kTokens][2] = {{0x01, 0x03}, {0x02, 0x04}};
    return put(&kIds[subject.of->token][kind_of(subject) == kAuthority], 1, out);
}

static CK_ULONG tell_subject(struct subject subject, CK_BYTE* out) {
    return positive(i2d_X509_NAME(X509_get_subject_name(certificate(subject)), &out));
}

static CK_ULONG tell_issuer(struct subject subject, CK_BYTE* out) {
    return positive(i2d_X509_NAME(X509_get_issuer_name(certificate(subject)), &out));
}

static CK_ULONG tell_serial_number(struct subject subject, CK_BYTE* out) {
    return positive(i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate(subject)), &out));
}

static CK_ULONG tell_key_info(struct subject subject, CK_BYTE* out) {
    return positive(i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate(subject)), &out));
}

static CK_ULONG tell_value(struct subject subject, CK_BYTE* out) {
    return positive(i2d_X509(certificate(subject), &out));
}

static CK_ULONG tell_check_value(struct subject subject, CK_BYTE* out) {
    CK_BYTE digest[EVP_MAX_MD_SIZE];
    assert_int_equal(X509_digest(certificate(subject), EVP_sha1(), digest, NULL), 1);
    return put(digest, kCheckValue, out);
}

static CK_ULONG tell_date(const ASN1_TIME* time, CK_BYTE* out) {
    struct tm parts;
    char text[kDate + 1];
    assert_int_equal(ASN1_TIME_to_tm(time, &parts), 1);
    assert_int_equal(strftime(text, sizeof(text), "%Y%m%d", &parts), kDate);
    return put(text, kDate, out);
}

static CK_ULONG tell_start_date(struct subject subject, CK_BYTE* out) {
    return tell_date(X509_get0_notBefore(certificate(subject)), out);
}

static CK_ULONG tell_end_date(struct subject subject, CK_BYTE* out) {
    return tell_date(X509_get0_notAfter(certificate(subject)), out);
}

static CK_ULONG tell_number_of_key(struct subject subject, const char* name, CK_BYTE* out) {
    BIGNUM* number = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(X509_get0_pubkey(certificate(subject)), name, &number), 1);
    const int size = BN_bn2bin(number, out);
    BN_free(number);
    return positive(size);
}

static CK_ULONG tell_modulus(struct subject subject, CK_BYTE* out) {
    return tell_number_of_key(subject, OSSL_PKEY_PARAM_RSA_N, out);
}

static CK_ULONG tell_exponent(struct subject subject, CK_BYTE* out) {
    return tell_number_of_key(subject, OSSL_PKEY_PARAM_RSA_E, out);
}

// Of the default card, which knows PSS.
static CK_ULONG tell_mechanisms(struct subject subject, CK_BYTE* out) {
    (void)subject;
    static const CK_MECHANISM_TYPE kSigning[] = {
        CKM_RSA_PKCS,        CKM_SHA1_RSA_PKCS,   CKM_SHA224_RSA_PKCS, CKM_SHA256_RSA_PKCS,
        CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS_PSS,    CKM_SHA256_RSA_PKCS_PSS};
    return put(kSigning, sizeof(kSigning), out);
}

enum answer_kind { kNone, kSecret, kEmpty, kBoolean, kNumber, kUnique, kTold };
struct cell {
    enum answer_kind kind;
    CK_ULONG number;
    teller tell;
};

#define NONE {kNone, 0, NULL}
#define SECRET {kSecret, 0, NULL}
#define EMPTY {kEmpty, 0, NULL}
#define NO {kBoolean, CK_FALSE, NULL}
#define YES {kBoolean, CK_TRUE, NULL}
#define NUMBER(number) {kNumber, (number), NULL}
#define UNIQUE {kUnique, 0, NULL}
#define TOLD(what) {kTold, 0, tell_##what}

static const struct cell kCells[][kObjectKinds] = {
#define ROW(attribute, ...) {__VA_ARGS__},
#include "attribute_rows.def"
#undef ROW
};
const struct attribute_row kAttributeRows[] = {
#define ROW(attribute, ...) {(attribute), #attribute},
#include "attribute_rows.def"
#undef ROW
};
const size_t kAttributeRowCount = sizeof(kAttributeRows) / sizeof(kAttributeRows[0]);

void expect_attribute(const struct token_objects* of, CK_ULONG object, size_t row,
                      struct attribute_answer* expected) {
    const struct cell* cell = &kCells[row][of->list[object].kind];
    const struct subject subject = {of, object};
    const CK_BBOOL boolean = (CK_BBOOL)cell->number;
    expected->rv = CKR_OK;
    expected->exact = 1;
    switch (cell->kind) {
        case kNone:
        case kSecret:
            expected->rv = cell->kind == kNone ? CKR_ATTRIBUTE_TYPE_INVALID : CKR_ATTRIBUTE_SENSITIVE;
            expected->size = CK_UNAVAILABLE_INFORMATION;
            break;
        case kEmpty: expected->size = 0; break;
        case kBoolean: expected->size = put(&boolean, sizeof(boolean), expected->value); break;
        case kNumber: expected->size = put(&cell->number, sizeof(cell->number), expected->value); break;
        case kUnique:
            expected->size = kUniqueId;
            expected->exact = 0;
            break;
        case kTold: expected->size = cell->tell(subject, expected->value); break;
    }
}

X509* certificate_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    CK_BYTE value[kMostBytes];
    const unsigned char* at = value;
    const CK_ULONG size = read_attribute(session, object, CKA_VALUE, value, sizeof(value));
    X509* parsed = d2i_X509(NULL, &at, (long)size);
    assert_non_null(parsed);
    assert_ptr_equal(at, value + size);
    return parsed;
}

static enum object_kind kind_of_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS class = ~0UL;
    CK_ULONG category = 0;
    (void)read_attribute(session, object, CKA_CLASS, &class, sizeof(class));
    if (class == CKO_PROFILE) return kProfile;
    if (class == CKO_PUBLIC_KEY) return kPublicKey;
    if (class == CKO_PRIVATE_KEY) return kPrivateKey;
    assert_int_equal(class, CKO_CERTIFICATE);
    (void)read_attribute(session, object, CKA_CERTIFICATE_CATEGORY, &category, sizeof(category));
    return category == CK_CERTIFICATE_CATEGORY_TOKEN_USER ? kUserCertificate : kAuthority;
}

void look_at_objects(CK_SESSION_HANDLE session, enum token token, struct token_objects* found) {
    CK_OBJECT_HANDLE handles[kMostObjects];
    CK_ULONG profiles = 0;
    memset(found, 0, sizeof(*found));
    found->token = token;
    found->count = find_objects(session, ~0UL, handles, kMostObjects);
    for (CK_ULONG i = 0; i < found->count; ++i) {
        const enum object_kind kind = kind_of_object(session, handles[i]);
        found->list[i].handle = handles[i];
        found->list[i].kind = kind;
        if (kind == kProfile) found->list[i].profile = profiles++;
        if (kind == kUserCertificate) found->user = certificate_of(session, handles[i]);
        if (kind == kAuthority) found->authority = certificate_of(session, handles[i]);
    }
}

void release_objects(struct token_objects* found) {
    X509_free(found->user);
    X509_free(found->authority);
}
