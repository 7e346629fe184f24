// The visible objects of a token, and what each must answer for an attribute (attribute_rows.def). OpenSSL
// and the fixed names say so, not the module's own parser.
#ifndef JPKI_CONFORMANCE_ATTRIBUTE_VALUES_H
#define JPKI_CONFORMANCE_ATTRIBUTE_VALUES_H

#include <openssl/x509.h>

#include "support/session.h"

enum { kMostObjects = 16, kMostBytes = 4096 };
enum object_kind { kProfile, kUserCertificate, kAuthority, kPublicKey, kPrivateKey, kObjectKinds };

// The certificates are NULL where they are not visible.
struct token_objects {
    enum token token;
    X509* user;
    X509* authority;
    CK_ULONG count;
    struct {
        CK_OBJECT_HANDLE handle;
        enum object_kind kind;
        CK_ULONG profile;  // the how manyth of these
    } list[kMostObjects];
};
// To be released.
void look_at_objects(CK_SESSION_HANDLE session, enum token token, struct token_objects* found);
void release_objects(struct token_objects* found);

// CKA_VALUE, which must be one certificate and nothing after it; for X509_free().
X509* certificate_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object);

struct attribute_row {
    CK_ATTRIBUTE_TYPE type;
    const char* name;
};
extern const struct attribute_row kAttributeRows[];
extern const size_t kAttributeRowCount;

struct attribute_answer {
    CK_RV rv;
    CK_ULONG size;  // CK_UNAVAILABLE_INFORMATION unless rv is CKR_OK
    int exact;      // 0: only the size is known beforehand
    CK_BYTE value[kMostBytes];
};
void expect_attribute(const struct token_objects* of, CK_ULONG object, size_t row,
                      struct attribute_answer* expected);

#endif
