// Calls every one of the 104 functions with chosen arguments. functions.def gives the functions,
// arguments.def one variable for each parameter name, so that no call is written by hand and none can be
// forgotten.
#ifndef JPKI_C_ABI_SWEEP_H
#define JPKI_C_ABI_SWEEP_H

#include "support/module.h"

enum sweep_list { kList2_40, kList3_0, kList3_2, kLists };
enum { kSweptFunctions = 104, kMostPointers = 8 };

struct swept {
    const char* name;
    enum sweep_list since;
    const char* parameters;
    const char* arguments;
    CK_RV (*call)(enum sweep_list list);
};
extern const struct swept kSwept[kSweptFunctions];

// Everything NULL and 0; or every pointer to a scratch area of its own, all zero but for buffer sizes and the
// mechanism, and every length `length` (at most 8 of anything).
void sweep_nothing(void);
void sweep_scratch(CK_ULONG length);
void sweep_session(CK_SESSION_HANDLE session);
void sweep_slot(CK_SLOT_ID slot);
// All object handles alike.
void sweep_handles(CK_OBJECT_HANDLE handle);

// The pointer variables of one function; returns how many.
size_t sweep_pointers(const struct swept* function, void** pointers[kMostPointers]);

// Whether the newest list has it; a wrapper may know older ones only.
int sweep_offered(const struct swept* function);

int sweep_is(const struct swept* function, const char* name);
int sweep_takes_session(const struct swept* function);
int sweep_takes_slot(const struct swept* function);

#endif
