// What a family has done and what it has found: cases, complaints, and how long the library's calls took. May
// be used by several threads; one case is open at a time.
#ifndef JPKI_CAMPAIGN_RIG_LEDGER_H
#define JPKI_CAMPAIGN_RIG_LEDGER_H

#include <jpki/cryptoki.h>

void begin_case(const char* format, ...) __attribute__((format(printf, 1, 2)));
// Of the open case; one that gets none has passed.
void complain_of(const char* format, ...) __attribute__((format(printf, 1, 2)));
void end_case(void);
// A line for the reader of the report, beside the table.
void remark(const char* format, ...) __attribute__((format(printf, 1, 2)));

// What is measured, each with its promise and the time from which on it counts as broken (ledger.c).
enum timed {
    kSlotCall,       // slot list, slot info, session info
    kFirstSlotCall,  // the same before anything could be seen
    kCardCall,       // whatever needs the card
    kInitialize,
    kFinalize,
    kCardSeen,    // by pcscd: from the card's arrival at the reader
    kServiceUp,   // from a new pcscd's start until it shows the card
    kElsewhere,   // a signature with the card in another reader meanwhile
    kWorksAgain,  // from either until session, login and a signature that verifies
    kTimedKinds
};

// rv = timed(kCardCall, p11->C_Sign(...)): measures a call and holds it against its limit. Without the time
// in which this thread could have gone on and had no processor: on a busy machine that is most of it, and not
// the library's.
#define timed(kind, call) (start_watch(), stop_watch((kind), #call, (call)))
void start_watch(void);
CK_RV stop_watch(enum timed kind, const char* call, CK_RV result);
void record_time(enum timed kind, const char* what, double ms);

double now_in_ms(void);

int nothing_failed(void);
// Prints everything; the program's exit status.
int close_ledger(const char* family);

#endif
