// The steps of logins and PIN changes that several files of statements share, with the card as the witness.
#ifndef JPKI_CONFORMANCE_PIN_STEPS_H
#define JPKI_CONFORMANCE_PIN_STEPS_H

#include "stage.h"

enum token other_than(int token);
CK_ULONG tries_of(int token);  // when none is spent

// What the card has counted, exactly: PINs sent to it, how many of these were wrong, and the tries left.
#define assert_pin(token, verifies, failed, left) \
    assert_pin_at((token), (verifies), (failed), (left), __FILE__, __LINE__)
void assert_pin_at(enum token token, unsigned long verifies, unsigned long failed, unsigned long left,
                   const char* file, int line);
// No PIN of either token has been sent, and all tries are there.
#define assert_no_pin_sent()                                          \
    do {                                                              \
        assert_pin(kAuthentication, 0, 0, tries_of(kAuthentication)); \
        assert_pin(kSignature, 0, 0, tries_of(kSignature));           \
    } while (0)

CK_STATE state_of(CK_SESSION_HANDLE session);
// CKF_USER_PIN_COUNT_LOW, _FINAL_TRY and _LOCKED of the token.
CK_FLAGS pin_flags(enum token token);

// Waits until the module has let go of the card, and resets it as another client. What follows is a new lease
// of the card, in which a kept PIN must be sent again.
void end_lease(void);
// The same, and gives the number of APDUs so far. A call that sends one has sent it when it returns.
unsigned long apdus_at_rest(void);

// C_SignInit with a key of the session's token, and C_Sign. find_key() must find it.
CK_RV sign_once(CK_SESSION_HANDLE session);
CK_RV begin_signature(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key);
CK_RV end_signature(CK_SESSION_HANDLE session);

#endif
