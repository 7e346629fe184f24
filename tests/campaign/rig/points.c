#include "points.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED const char* const kCallNames[kCalls] = {"SCardConnect", "SCardBeginTransaction", "SCardTransmit",
                                                 "SCardEndTransaction"};

static atomic_uint made[kCalls];
static atomic_int waiting;  // the point below is still to come
static enum call point_call;
static unsigned point_number;
static enum side point_side;
static void (*point_act)(void);

EXPORTED void count_calls(void) {
    atomic_store(&waiting, 0);
    for (int call = 0; call < kCalls; ++call)
        atomic_store(&made[call], 0);
}

EXPORTED void at_point(enum call call, unsigned number, enum side side, void (*act)(void)) {
    count_calls();
    point_call = call;
    point_number = number;
    point_side = side;
    point_act = act;
    atomic_store(&waiting, 1);
}

EXPORTED unsigned calls_made(enum call call) { return atomic_load(&made[call]); }
EXPORTED int point_reached(void) { return atomic_load(&waiting) == 0; }

static void pass(enum call call, unsigned number, enum side side) {
    if (atomic_load(&waiting) == 0 || call != point_call || number != point_number || side != point_side)
        return;
    atomic_store(&waiting, 0);
    point_act();
}

// --- in the place of libpcsclite

// As they come in functions.def.
static struct {
#define JPKI_PCSC_FUNCTION(name) __typeof__(&name) name;
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
} real;

__attribute__((constructor)) static void find_the_real_one(void) {
    static const struct {
        const char* name;
        void* function;
    } kRows[] = {
#define JPKI_PCSC_FUNCTION(name) {#name, &real.name},
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
    };
    // By its path: the name alone is ours.
    void* library = dlopen(JPKI_PCSCLITE, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) abort();
    for (size_t i = 0; i < sizeof(kRows) / sizeof(kRows[0]); ++i) {
        void* found = dlsym(library, kRows[i].name);
        if (found == NULL) abort();
        // ISO C has no conversion between the two kinds of pointers.
        memcpy(kRows[i].function, &found, sizeof(found));
    }
}

EXPORTED const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
EXPORTED const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

#define FORWARD(name, parameters, arguments) \
    EXPORTED LONG name parameters { return real.name arguments; }

#define FORWARD_A_POINT(call, name, parameters, arguments)        \
    EXPORTED LONG name parameters {                               \
        const unsigned number = atomic_fetch_add(&made[call], 1); \
        pass(call, number, kBefore);                              \
        const LONG result = real.name arguments;                  \
        pass(call, number, kAfter);                               \
        return result;                                            \
    }

FORWARD_A_POINT(kConnect, SCardConnect,
                (SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
                 LPDWORD protocol),
                (context, reader, share, protocols, card, protocol))
FORWARD_A_POINT(kBegin, SCardBeginTransaction, (SCARDHANDLE card), (card))
FORWARD_A_POINT(kEnd, SCardEndTransaction, (SCARDHANDLE card, DWORD disposition), (card, disposition))
FORWARD_A_POINT(kTransmit, SCardTransmit,
                (SCARDHANDLE card, const SCARD_IO_REQUEST* send_header, LPCBYTE command, DWORD size,
                 SCARD_IO_REQUEST* answer_header, LPBYTE answer, LPDWORD length),
                (card, send_header, command, size, answer_header, answer, length))

FORWARD(SCardEstablishContext, (DWORD scope, LPCVOID one, LPCVOID two, LPSCARDCONTEXT context),
        (scope, one, two, context))
FORWARD(SCardReleaseContext, (SCARDCONTEXT context), (context))
FORWARD(SCardListReaders, (SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD length),
        (context, groups, readers, length))
FORWARD(SCardGetStatusChange, (SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count),
        (context, timeout, states, count))
FORWARD(SCardReconnect, (SCARDHANDLE card, DWORD share, DWORD protocols, DWORD disposition, LPDWORD protocol),
        (card, share, protocols, disposition, protocol))
FORWARD(SCardDisconnect, (SCARDHANDLE card, DWORD disposition), (card, disposition))
FORWARD(SCardGetAttrib, (SCARDHANDLE card, DWORD attribute, LPBYTE value, LPDWORD length),
        (card, attribute, value, length))
