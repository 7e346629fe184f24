// Another program at the same reader, in every way that PC/SC allows: what it does is recovered from, or
// answered in time, and whoever uses the other reader meanwhile notices nothing.
#include "rivals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <winscard.h>

#include "families.h"
#include "ledger.h"
#include "user.h"
#include "world.h"

enum { kStep = 60, kBurst = 20, kLeaseOver = 200, kSubsetStep = 4 };

// --- the rival, a program of its own: "ACTION MS"

static LONG connect_to_card(SCARDHANDLE* card, DWORD share) {
    SCARDCONTEXT context = 0;
    DWORD protocol = 0;
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS) return -1;
    return SCardConnect(context, kReaders[0], share, SCARD_PROTOCOL_ANY, card, &protocol);
}

static LONG begin_again(SCARDHANDLE card) {
    DWORD protocol = 0;
    for (;;) {
        const LONG result = SCardBeginTransaction(card);
        if (result != (LONG)SCARD_W_RESET_CARD) return result;
        const LONG again =
            SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol);
        if (again != SCARD_S_SUCCESS) return again;
    }
}

static void select_another(SCARDHANDLE card) {
    static const BYTE kCardManager[] = {0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0,
                                        0x00, 0x00, 0x01, 0x51, 0x00, 0x00};
    BYTE answer[258];
    DWORD length = sizeof(answer);
    (void)SCardTransmit(card, SCARD_PCI_T1, kCardManager, sizeof(kCardManager), NULL, answer, &length);
}

// Again and again for so long: takes the card, does it, gives it back.
static int disturb(unsigned ms, void (*act)(SCARDHANDLE card), DWORD disposition) {
    SCARDHANDLE card = 0;
    const double end = now_in_ms() + ms;
    if (connect_to_card(&card, SCARD_SHARE_SHARED) != SCARD_S_SUCCESS) return 1;
    while (now_in_ms() < end) {
        if (begin_again(card) != SCARD_S_SUCCESS) return 1;
        if (act != NULL) act(card);
        if (SCardEndTransaction(card, disposition) != SCARD_S_SUCCESS) return 1;
        if (shared_memory()->held == 0) shared_memory()->held = now_in_ms();
        sleep_ms(kStep);
    }
    return 0;
}

static int hold(unsigned ms) {
    SCARDHANDLE card = 0;
    if (connect_to_card(&card, SCARD_SHARE_SHARED) != SCARD_S_SUCCESS || begin_again(card) != SCARD_S_SUCCESS)
        return 1;
    shared_memory()->held = now_in_ms();
    sleep_ms(ms);
    return SCardEndTransaction(card, SCARD_LEAVE_CARD) == SCARD_S_SUCCESS ? 0 : 1;
}

static int have_for_oneself(unsigned ms) {
    SCARDHANDLE card = 0;
    const double end = now_in_ms() + 3000;
    while (connect_to_card(&card, SCARD_SHARE_EXCLUSIVE) != SCARD_S_SUCCESS) {
        if (now_in_ms() > end) return 1;
        sleep_ms(5);
    }
    shared_memory()->held = now_in_ms();
    sleep_ms(ms);
    return SCardDisconnect(card, SCARD_LEAVE_CARD) == SCARD_S_SUCCESS ? 0 : 1;
}

int play_rival(const char* role, const char* argument) {
    char action[16];
    unsigned ms = 0;
    int status = 2;
    if (strcmp(role, "rival") != 0) return -1;
    if (sscanf(argument, "%15s %u", action, &ms) != 2) return 2;
    if (strcmp(action, "reset") == 0) status = disturb(ms, NULL, SCARD_RESET_CARD);
    if (strcmp(action, "unpower") == 0) status = disturb(ms, NULL, SCARD_UNPOWER_CARD);
    if (strcmp(action, "select") == 0) status = disturb(ms, select_another, SCARD_LEAVE_CARD);
    if (strcmp(action, "hold") == 0) status = hold(ms);
    if (strcmp(action, "exclusive") == 0) status = have_for_oneself(ms);
    shared_memory()->released = now_in_ms();
    return status;
}

// --- somebody at the other reader

static atomic_int elsewhere_goes_on;

static void* work_elsewhere(void* unused) {
    struct user user = {.token = kAuthentication, .card = 1};
    (void)unused;
    CK_RV rv = user_opens(&user);
    if (rv == CKR_OK) rv = user_logs_in(&user);
    while (rv == CKR_OK && atomic_load(&elsewhere_goes_on)) {
        CK_SLOT_INFO info;
        const double start = now_in_ms();
        rv = user_signs(&user);
        record_time(kElsewhere, "in the other reader", now_in_ms() - start);
        for (int i = 0; rv == CKR_OK && i < 20; ++i) {
            rv = timed(kSlotCall, p11->C_GetSlotInfo(user.slot, &info));
            sleep_ms(5);
        }
    }
    if (rv != CKR_OK) complain_of("the other reader: 0x%lx", rv);
    return NULL;
}

// --- the cases

enum moment { kBeforeSession, kBeforeLogin, kBeforeSignature };
static const char* const kMoments[] = {"before the session", "before the login", "before the signature"};

struct rivalry {
    const char* action;
    unsigned ms;
    unsigned killed_after;  // 0: it ends by itself
    enum moment moment;
    int bearable;  // everything is to succeed in spite of it
};

static pid_t let_loose(const struct rivalry* rivalry) {
    char argument[32];
    shared_memory()->held = 0;
    shared_memory()->released = 0;
    (void)snprintf(argument, sizeof(argument), "%s %u", rivalry->action, rivalry->ms);
    const pid_t rival = start_role("rival", argument);
    for (unsigned waited = 0; shared_memory()->held == 0 && waited < 4000; ++waited)
        sleep_ms(1);
    if (shared_memory()->held == 0) complain_of("%s", "the rival does not get in");
    return rival;
}

static void* kill_later(void* rival) {
    sleep_ms(1000);
    shared_memory()->released = now_in_ms();
    (void)kill(*(const pid_t*)rival, SIGKILL);
    return NULL;
}

static CK_RV sign_a_burst(struct user* user) {
    CK_RV rv = CKR_OK;
    for (int i = 0; rv == CKR_OK && i < kBurst; ++i) {
        rv = user_signs(user);
        sleep_ms(i % 4 == 0 ? kLeaseOver : 10);
    }
    return rv;
}

static CK_RV step(struct user* user, enum moment moment) {
    if (moment == kBeforeSession) return user_opens(user);
    if (moment == kBeforeLogin) return user_logs_in(user);
    return sign_a_burst(user);
}

static void use_beside(const struct rivalry* rivalry) {
    struct user user = {.token = kAuthentication};
    pid_t rival = 0;
    pthread_t killer;
    for (int moment = kBeforeSession; moment <= kBeforeSignature; ++moment) {
        if (moment == (int)rivalry->moment) {
            rival = let_loose(rivalry);
            if (rivalry->killed_after != 0) (void)pthread_create(&killer, NULL, kill_later, &rival);
        }
        const CK_RV rv = step(&user, (enum moment)moment);
        expect_honest(kMoments[moment], rv);
        if (rivalry->bearable && rv != CKR_OK) complain_of("what follows %s: 0x%lx", kMoments[moment], rv);
    }
    if (rivalry->killed_after != 0) (void)pthread_join(killer, NULL);
    const int status = end_of_role(rival);
    if (status != (rivalry->killed_after == 0 ? 0 : 128 + SIGKILL))
        complain_of("the rival ended with %d", status);
    struct user next = {.token = kAuthentication};
    // What failed late may have used up time after the rival's end; it counts from then.
    const double released = shared_memory()->released;
    expect_works_again(&next, released > now_in_ms() - 50 ? released : now_in_ms());
}

static void meet(const struct rivalry* rivalry) {
    pthread_t elsewhere;
    speak_to_card(1);
    vcard_do("reset-oracle");
    speak_to_card(0);
    vcard_do("reset-oracle");
    if (user_initializes() != CKR_OK || wait_for_card() != 0) complain_of("%s", "no card to begin with");
    atomic_store(&elsewhere_goes_on, 1);
    (void)pthread_create(&elsewhere, NULL, work_elsewhere, NULL);
    sleep_ms(kLeaseOver);
    use_beside(rivalry);
    atomic_store(&elsewhere_goes_on, 0);
    (void)pthread_join(elsewhere, NULL);
    expect_no_harm();
    speak_to_card(1);
    expect_no_harm();
    speak_to_card(0);
    (void)timed(kFinalize, p11->C_Finalize(NULL));
}

void run_rivals(const struct orders* orders) {
    static const struct rivalry kRivalries[] = {
        {"reset", 4000, 0, kBeforeSignature, 1},    {"hold", 15000, 0, kBeforeSession, 0},
        {"reset", 2000, 0, kBeforeSession, 1},      {"hold", 15000, 0, kBeforeLogin, 0},
        {"unpower", 4000, 0, kBeforeSignature, 1},  {"hold", 15000, 0, kBeforeSignature, 0},
        {"unpower", 2000, 0, kBeforeSession, 1},    {"exclusive", 15000, 0, kBeforeSession, 0},
        {"select", 4000, 0, kBeforeSignature, 1},   {"exclusive", 2000, 0, kBeforeSession, 1},
        {"select", 2000, 0, kBeforeSession, 1},     {"hold", 2000, 0, kBeforeSession, 1},
        {"hold", 2000, 0, kBeforeLogin, 1},         {"hold", 2000, 0, kBeforeSignature, 1},
        {"hold", 60000, 1000, kBeforeSession, 1},   {"hold", 60000, 1000, kBeforeLogin, 1},
        {"hold", 60000, 1000, kBeforeSignature, 1},
    };
    for (unsigned i = 0; i < sizeof(kRivalries) / sizeof(kRivalries[0]); ++i) {
        if (!is_mine_to_run(orders, i, kSubsetStep)) continue;
        const struct rivalry* one = &kRivalries[i];
        begin_case("%s for %u ms%s, %s", one->action, one->ms, one->killed_after != 0 ? ", killed in it" : "",
                   kMoments[one->moment]);
        meet(one);
        end_case();
    }
}
