// What a statement finds around it: the module, ready or not yet initialised, and a hand at the card and the
// readers. Two stages play the same pieces: in_process.cpp (the library linked in, the virtual card behind
// the reader port) and rig.c (a module opened from a file, a jpki-vcard in a private pcscd).
#ifndef JPKI_CONFORMANCE_STAGE_H
#define JPKI_CONFORMANCE_STAGE_H

#include "support/module.h"
#include "support/process.h"
#include "support/session.h"
#include "support/vcard.h"

// Between the statement and the module.
enum way {
    kInProcess = 1,  // nothing: linked in
    kShared = 2,     // dlopen of the shipped file
    kProxy = 4,      // p11-kit's proxy module
    kSpy = 8,        // OpenSC's pkcs11-spy
    kDirect = kInProcess | kShared,
    kEverywhere = kDirect | kProxy | kSpy,
};
extern enum way stage_way;

// The default card in the first of two readers, full tries, default personality and configuration; the
// library initialised and the card seen, or (bare) not initialised. CMocka's setups and teardown.
int stage_ready(void** state);
int stage_bare(void** state);
int stage_teardown(void** state);

// A personality switch of the card (jpki-vcard --help), "pss=known"; undone by the teardown.
void stage_set(const char* assignment);
void stage_tries(enum token token, unsigned left);
// After C_SetPIN: the teardown brings the default PINs back.
void stage_pin_changed(void);
// pkcs11.conf, for the next C_Initialize.
void stage_configure(const char* toml);

enum stage_card { kDefaultCard, kOtherPersonsCard, kJukiCard, kAndroidPhone, kIphone, kStageCards };
// Each returns when the module has had time to see it.
void stage_remove(void);
void stage_insert(enum stage_card card);
// Out and in again before anyone has looked.
void stage_bounce(void);
void stage_reset_by_another_client(void);
// Another client's sign command with this token's key, without any login of its own; true when it got one.
int stage_another_client_can_sign(enum token token);
// It enters the authentication PIN, and leaves the card so; or changes it to this one, and logs out.
void stage_another_client_leaves_login(void);
void stage_another_client_changes_pin(const char* new_pin);

// In process only.
// The library looks at the readers so often, from the next C_Initialize on.
void stage_look_every(unsigned ms);
// From the next C_Initialize on, C_GetTokenInfo takes every counter for too old.
void stage_counters_age_at_once(void);
void stage_plug_in(const char* reader);
void stage_unplug(const char* reader);
void stage_stop_service(int stopped);

// Ends the statement as skipped where a wrapper does not offer a function.
#define stage_need(function) \
    if ((function) == NULL) skip()

#endif
