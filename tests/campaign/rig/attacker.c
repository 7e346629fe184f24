// The other program of killed.c: it has no PIN, waits for the moment at which somebody else's login is left
// on the card, and tries to sign at every moment at which it gets in. "HOW MS AFTER": HOW stay, come or once
// (then so long after the death), observing for MS after it.
#include <stdio.h>
#include <string.h>
#include <winscard.h>
// After the one above, whose names it uses.
#include <reader.h>

#include "ledger.h"
#include "rivals.h"
#include "world.h"

enum { kSigned = 0x9000, kNothing = -1, kBusy = -2, kNewcomersPause = 5 };

static SCARDCONTEXT context;
static SCARDHANDLE card;
static int connected;
static unsigned tried;

static int arrive(void) {
    DWORD protocol = 0;
    connected = SCardConnect(context, kReaders[0], SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card,
                             &protocol) == SCARD_S_SUCCESS;
    return connected;
}

static void leave(void) {
    if (connected) (void)SCardDisconnect(card, SCARD_LEAVE_CARD);
    connected = 0;
}

static int transmit(const BYTE* command, DWORD size) {
    BYTE answer[300];
    DWORD length = sizeof(answer);
    if (SCardTransmit(card, SCARD_PCI_T1, command, size, NULL, answer, &length) != SCARD_S_SUCCESS ||
        length < 2)
        return kNothing;
    return answer[length - 2] << 8 | answer[length - 1];
}

// Without a transaction: a single command gets in sooner. As the card is, then after selecting the
// application.
static int try_to_sign(void) {
    static const BYTE kSelect[] = {0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0,
                                   0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    BYTE sign[5 + 16 + 1] = {0x80, 0x2A, 0x00, 0x97, 16};
    memset(sign + 5, 0xA5, 16);
    const int as_found = transmit(sign, sizeof(sign));
    if (as_found == kSigned || as_found == kNothing || transmit(kSelect, sizeof(kSelect)) == kNothing)
        return as_found;
    return transmit(sign, sizeof(sign));
}

static void record_reset(void) {
    DWORD protocol = 0;
    (void)SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol);
}

// Not while the other holds the card: that would wait. After a reset it says that it knows.
static int may_try(void) {
    BYTE name[MAX_BUFFER_SIZE];
    DWORD length = sizeof(name);
    const LONG asked = SCardGetAttrib(card, SCARD_ATTR_DEVICE_FRIENDLY_NAME, name, &length);
    if (asked == (LONG)SCARD_W_RESET_CARD) {
        record_reset();
        return 0;
    }
    if (asked == (LONG)SCARD_E_SHARING_VIOLATION) return 0;
    if (asked == (LONG)SCARD_E_INVALID_HANDLE || asked == (LONG)SCARD_W_REMOVED_CARD) leave();
    return connected;
}

static void note(int status) {
    volatile struct shared* all = shared_memory();
    if (all->died == 0) {
        all->signed_before = all->signed_before || status == kSigned;
        return;
    }
    ++tried;
    if (status != kSigned) {
        all->last_refused = now_in_ms();
        return;
    }
    all->last_signed = now_in_ms();
    if (all->first_signed == 0) all->first_signed = all->last_signed;
}

static int over(unsigned ms) {
    const double died = shared_memory()->died;
    return died != 0 && now_in_ms() > died + ms;
}

static void attack(const char* how, unsigned ms, unsigned after) {
    const int once = strcmp(how, "once") == 0;
    const int come = once || strcmp(how, "come") == 0;
    while (once && !over(after))
        sleep_ms(1);
    do {
        if (!connected && !arrive()) continue;
        const int status = may_try() ? try_to_sign() : kBusy;
        if (status == kNothing) record_reset();  // in the midst of it (pcscd 1.9.9), which is not told
        if (status > 0) note(status);
        if (come) leave();
        sleep_ms(come ? kNewcomersPause : 1);
    } while (once ? tried == 0 && !over(after + ms) : !over(ms));
}

int play_attacker(const char* role, const char* argument) {
    char how[16];
    unsigned ms = 0;
    unsigned after = 0;
    if (strcmp(role, "attacker") != 0) return -1;
    if (sscanf(argument, "%15s %u %u", how, &ms, &after) != 3) return 2;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS) return 2;
    if (strcmp(how, "stay") == 0 && !arrive()) return 2;
    shared_memory()->watching = 1;
    attack(how, ms, after);
    leave();
    (void)SCardReleaseContext(context);
    return tried > 0 ? 0 : 1;
}
