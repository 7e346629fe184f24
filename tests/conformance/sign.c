// Signatures by both keys (PKCS#11 3.2 §§5.2, 5.13, 6.1).
#include <string.h>

#include "stage.h"
#include "statements.h"

enum { kSize = 256 };

void statement_075_length_queries_and_small_buffers_make_one_signature(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
        CK_BYTE text[] = "a filing";
        CK_BYTE signature[kSize];
        CK_ULONG length = 0;
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        assert_rv(p11->C_SignInit(session, &mechanism, key), CKR_OK);
        assert_rv(p11->C_Sign(session, text, sizeof(text), NULL, &length), CKR_OK);
        assert_rv(p11->C_Sign(session, text, sizeof(text), NULL, &length), CKR_OK);
        length = kSize - 1;
        assert_rv(p11->C_Sign(session, text, sizeof(text), signature, &length), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), 0);
        length = kSize;
        assert_rv(p11->C_Sign(session, text, sizeof(text), signature, &length), CKR_OK);
        assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), 1);
    }
}
