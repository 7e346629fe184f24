#include "points.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <winscard.h>

#define EXPORTED __attribute__((visibility("default")))

const char* const kCallNames[kCalls] = {"SCardConnect", "SCardBeginTransaction", "SCardTransmit",
                                        "SCardEndTransaction"};

static atomic_uint made[kCalls];
static atomic_int waiting;  // the point below is still to come
static enum call point_call;
static unsigned point_number;
static enum side point_side;
static void (*point_act)(void);

void count_calls(void) {
    atomic_store(&waiting, 0);
    for (int call = 0; call < kCalls; ++call)
        atomic_store(&made[call], 0);
}

void at_point(enum call call, unsigned number, enum side side, void (*act)(void)) {
    count_calls();
    point_call = call;
    point_number = number;
    point_side = side;
    point_act = act;
    atomic_store(&waiting, 1);
}

unsigned calls_made(enum call call) { return atomic_load(&made[call]); }
int point_reached(void) { return atomic_load(&waiting) == 0; }

static void pass(enum call call, unsigned number, enum side side) {
    if (atomic_load(&waiting) == 0 || call != point_call || number != point_number || side != point_side)
        return;
    atomic_store(&waiting, 0);
    point_act();
}

static void next_one(enum call call, void* function) {
    // ISO C has no conversion between the two kinds of pointers.
    void* found = dlsym(RTLD_NEXT, kCallNames[call]);
    memcpy(function, &found, sizeof(found));
}

#define PASS_ON(call, type, ...)                              \
    __typeof__(type) real = NULL;                             \
    next_one(call, (void*)&real);                             \
    const unsigned number = atomic_fetch_add(&made[call], 1); \
    pass(call, number, kBefore);                              \
    const LONG result = real(__VA_ARGS__);                    \
    pass(call, number, kAfter);                               \
    return result

EXPORTED LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols,
                           LPSCARDHANDLE card, LPDWORD protocol) {
    PASS_ON(kConnect, LONG(*)(SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE, LPDWORD), context, reader,
            share, protocols, card, protocol);
}

EXPORTED LONG SCardBeginTransaction(SCARDHANDLE card) { PASS_ON(kBegin, LONG(*)(SCARDHANDLE), card); }

EXPORTED LONG SCardEndTransaction(SCARDHANDLE card, DWORD disposition) {
    PASS_ON(kEnd, LONG(*)(SCARDHANDLE, DWORD), card, disposition);
}

EXPORTED LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST* send_header, LPCBYTE command,
                            DWORD size, SCARD_IO_REQUEST* answer_header, LPBYTE answer, LPDWORD length) {
    PASS_ON(kTransmit,
            LONG(*)(SCARDHANDLE, const SCARD_IO_REQUEST*, LPCBYTE, DWORD, SCARD_IO_REQUEST*, LPBYTE, LPDWORD),
            card, send_header, command, size, answer_header, answer, length);
}
