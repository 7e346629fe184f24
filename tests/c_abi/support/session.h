// The steps that most tests with a card begin with. Each asserts that it succeeds.
#ifndef JPKI_C_ABI_SESSION_H
#define JPKI_C_ABI_SESSION_H

#include "support/module.h"

enum token { kAuthentication, kSignature, kTokens };

// What the default image and the fixed names of docs/features.md say of a token.
struct token_facts {
    const char* label;
    const char* pin;
    const char* wrong_pin;  // well-formed
    CK_ULONG max_tries;
    const char* pin_part;  // of the oracle
    const char* key_part;
    unsigned char key_sfi;
};
extern const struct token_facts kFacts[kTokens];

// CMocka's setup: initialises and waits until a card is seen. finalized() of module.h is its teardown.
int initialized_with_card(void** state);
// After any other C_Initialize; 0 when there is one. A bare result for child processes.
int wait_for_card(void);
// The slots that hold a token, at most `most`; returns how many.
CK_ULONG slots_with_token(CK_SLOT_ID* slots, CK_ULONG most);
CK_SLOT_ID slot_of(enum token token);
CK_FLAGS token_flags(enum token token);

CK_SESSION_HANDLE open_session(enum token token, CK_FLAGS more_flags);
CK_SESSION_HANDLE open_logged_in(enum token token);
CK_RV log_in(CK_SESSION_HANDLE session, const char* pin);

// Everything visible of a class, or of all classes with ~0; returns how many.
CK_ULONG find_objects(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted, CK_OBJECT_HANDLE* found,
                      CK_ULONG most);
// The only private or public key; the user's certificate.
CK_OBJECT_HANDLE find_key(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted);
CK_OBJECT_HANDLE find_user_certificate(CK_SESSION_HANDLE session);

// A whole attribute; returns its length, which must be at most `size`.
CK_ULONG read_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                        void* value, CK_ULONG size);
// CKM_SHA256_RSA_PKCS over `text` in one shot. A bare result for child processes.
CK_RV sign_text(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, const char* text, CK_BYTE signature[256]);

#endif
