// The steps of signing, verifying and digesting that several files of statements share.
#ifndef JPKI_CONFORMANCE_OPERATIONS_H
#define JPKI_CONFORMANCE_OPERATIONS_H

#include "stage.h"

enum { kSignatureSize = 256, kMostRaw = 245 };

struct keys {
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE private_key;
    CK_OBJECT_HANDLE public_key;
};
// A session with a login, and the keys of its token.
struct keys open_keys(enum token token);
// Another session of the same token.
struct keys beside(struct keys keys, enum token token);

CK_RV sign_init(struct keys keys, CK_MECHANISM_TYPE type);
CK_RV verify_init(struct keys keys, CK_MECHANISM_TYPE type);
CK_RV digest_init(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type);

// Begins and signs in one shot; asserts that it succeeds.
void sign_whole(struct keys keys, CK_MECHANISM_TYPE type, const void* data, CK_ULONG size,
                CK_BYTE signature[kSignatureSize]);
// Whether OpenSSL agrees, with the key of the user's certificate; `digest` as in support/openssl.h.
int is_signature(struct keys keys, const char* digest, const void* data, CK_ULONG size,
                 const CK_BYTE signature[kSignatureSize]);
// How many the card has made with the token's key.
unsigned long signatures_made(enum token token);

// The mechanisms that sign PKCS#1 v1.5.
struct signing {
    CK_MECHANISM_TYPE type;
    const char* digest;  // NULL: the input is padded as it is
};
enum { kSignings = 6 };
extern const struct signing kSigning[kSignings];

void assert_no_signature(CK_SESSION_HANDLE session);
void assert_no_verification(CK_SESSION_HANDLE session);
void assert_no_digest(CK_SESSION_HANDLE session);

// The four kinds of operations, named by C_SessionCancel's flags, which a session may have side by side.
enum { kAllOperations = CKF_SIGN | CKF_VERIFY | CKF_DIGEST | CKF_FIND_OBJECTS };
void begin_operations(struct keys keys, CK_FLAGS which);
// Finishes those that are active, and asserts that they are these.
void finish_operations(struct keys keys, CK_FLAGS active);

#endif
