// The rig around the module: its cards, its pcscd, and other programs, which are this one started anew in a
// role.
#ifndef JPKI_CAMPAIGN_RIG_WORLD_H
#define JPKI_CAMPAIGN_RIG_WORLD_H

#include <sys/types.h>

#include "support/process.h"
#include "support/vcard.h"

extern const char* const kReaders[2];

// Which card the functions of support/vcard.h speak to from now on.
void speak_to_card(int number);
// The number after this key in an answer of the card, e.g. of `faults`.
unsigned long number_in(const char* answer, const char* key);
int fault_has_happened(void);

// --- pcscd
void kill_service(void);
// In the place of one that was killed; ends with this program.
void start_service(void);
void stop_service(void);
void continue_service(void);

// --- other programs
pid_t start_role(const char* role, const char* argument);
// 128 + signal when it was ended by one.
int end_of_role(pid_t role);
int run_role(const char* role, const char* argument);

// --- the eye: a program that looks at the first reader every few milliseconds, and sees what pcscd shows
void open_eye(void);
// Since when (now_in_ms) it has shown a card without a break; 0: it shows none.
double card_shown_since(void);
// Waits until there is one that was not there at `before`; gives the moment, or 0 after `patience` ms.
double wait_until_card_shown(double before, unsigned patience);
int look_for_ever(void);

// Memory that all programs of this rig share; moments are of now_in_ms().
enum { kMostMembers = 8 };
struct shared {
    double shown_since;  // the eye's

    // A crowd (crowds.c).
    int go;
    struct member {
        int ready;
        unsigned signatures;
        unsigned busy;
        unsigned long failure;  // a CK_RV
        double longest;         // of all its calls
        double done;
    } members[kMostMembers];

    // A rival (rivals.c): since when it holds the card, and when it let go.
    double held;
    double released;

    // A victim and its attacker (killed.c).
    int watching;
    double died;
    double first_signed;  // after that
    double last_signed;
    double last_refused;
    int signed_before;
};
volatile struct shared* shared_memory(void);

#endif
