// The same steps as support/session.h without CMocka's asserts, for forked children, whose failure must not
// run on through the parent's tests: each gives a status for check(), 0 when it succeeded.
#ifndef JPKI_CONFORMANCE_CHILD_H
#define JPKI_CONFORMANCE_CHILD_H

#include "support/process.h"
#include "support/session.h"

struct signer {
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
};

int child_finds_slot(enum token token, CK_SLOT_ID* slot);
int child_finds_key(struct signer* signer);
// C_Initialize, a session of its own, a login, the key.
int child_logs_in(enum token token, struct signer* signer);
int child_signs(const struct signer* signer);

#endif
