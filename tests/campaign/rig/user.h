// A program that uses one token of the module: every call measured, every signature checked with OpenSSL.
// Nothing here asserts: a call that fails is what these families are about.
#ifndef JPKI_CAMPAIGN_RIG_USER_H
#define JPKI_CAMPAIGN_RIG_USER_H

#include "support/session.h"

struct user {
    enum token token;
    int card;  // in the first or the second reader
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
};

// The PIN that the card has now.
extern const char* pin_now[kTokens];

// The same CK_RV as the call that failed, or CKR_OK.
CK_RV user_initializes(void);
CK_RV user_finds_slot(struct user* user);
CK_RV user_opens(struct user* user);  // and finds its slot
CK_RV user_reads_certificates(struct user* user);
CK_RV user_logs_in(struct user* user);  // and finds its key
CK_RV user_signs(struct user* user);
CK_RV user_changes_pin(struct user* user, const char* pin);

// Session, login, a signature that verifies; tried until `patience` ms are over. Gives the time at which it
// was done, or 0.
double works_again(struct user* user, unsigned patience);
// The same, measured from `since` on and held against its limit; complains when it does not come.
void expect_works_again(struct user* user, double since);

// No try was spent on a right PIN, and another program is refused both keys.
void expect_no_harm(void);
// What NSS and others would take for the user's mistake, or for a reason to send the PIN once more.
void expect_honest(const char* what, CK_RV rv);

#endif
