// pcscd is killed and started again, or stands still for five seconds, exactly before or after the n-th call
// that the module makes to it. Every call comes back in its time, and two seconds after the service
// everything works.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "families.h"
#include "ledger.h"
#include "points.h"
#include "user.h"
#include "world.h"

enum { kCommandPoints = 20, kStandstill = 5000, kLeaseOver = 150, kFinalizeAfter = 300, kSubsetStep = 24 };

static struct user authentication;
static struct user signature;
static double back;  // when pcscd went on

// --- what the user does meanwhile

static CK_RV open_a(void) { return user_opens(&authentication); }
static CK_RV read_a(void) { return user_reads_certificates(&authentication); }
static CK_RV log_in_a(void) { return user_logs_in(&authentication); }
static CK_RV sign_a(void) { return user_signs(&authentication); }
static CK_RV open_s(void) { return user_opens(&signature); }
static CK_RV log_in_s(void) { return user_logs_in(&signature); }
static CK_RV read_s(void) { return user_reads_certificates(&signature); }
static CK_RV sign_s(void) { return user_signs(&signature); }
static CK_RV pause_s(void) {
    sleep_ms(kLeaseOver);
    return CKR_OK;
}

static const struct {
    const char* name;
    CK_RV (*run)(void);
} kStory[] = {
    {"open A", open_a}, {"certificates A", read_a}, {"login A", log_in_a},      {"sign A", sign_a},
    {"pause", pause_s}, {"sign A again", sign_a},   {"open S", open_s},         {"login S", log_in_s},
    {"pause", pause_s}, {"sign S", sign_s},         {"certificates S", read_s}, {"sign S again", sign_s},
};

// Each step is tried, whatever became of the one before: every call is to come back. True when all went well.
static int tell_story(void) {
    int well = 1;
    authentication = (struct user){.token = kAuthentication};
    signature = (struct user){.token = kSignature};
    for (size_t i = 0; i < sizeof(kStory) / sizeof(kStory[0]); ++i) {
        const CK_RV rv = kStory[i].run();
        expect_honest(kStory[i].name, rv);
        well = well && rv == CKR_OK;
    }
    return well;
}

// --- slot calls all the while, as NSS makes them

static atomic_int pestering;

static void* pester(void* unused) {
    (void)unused;
    while (atomic_load(&pestering)) {
        CK_SLOT_ID slots[16];
        CK_ULONG count = 16;
        CK_SLOT_INFO info;
        CK_SESSION_INFO session;
        const CK_RV rv = timed(kSlotCall, p11->C_GetSlotList(CK_FALSE, slots, &count));
        if (rv == CKR_CRYPTOKI_NOT_INITIALIZED) break;
        if (rv == CKR_OK && count > 0) (void)timed(kSlotCall, p11->C_GetSlotInfo(slots[0], &info));
        (void)timed(kSlotCall, p11->C_GetSessionInfo(authentication.session, &session));
        sleep_ms(2);
    }
    return NULL;
}

// --- the points

struct place {
    enum call call;
    unsigned number;
    enum side side;
};
enum { kOthers = 8, kPlaces = 2 * kCommandPoints + kOthers };
static struct place places[kPlaces];

static void find_places(void) {
    static const struct place kOther[kOthers] = {
        {kConnect, 0, kBefore}, {kConnect, 0, kAfter}, {kBegin, 0, kBefore}, {kBegin, 0, kAfter},
        {kBegin, 1, kBefore},   {kBegin, 1, kAfter},   {kEnd, 0, kBefore},   {kEnd, 0, kAfter},
    };
    unsigned commands = 0;
    for (int round = 0; round < 2; ++round) {
        begin_case("the story, undisturbed");
        (void)user_initializes();
        (void)wait_for_card();
        count_calls();
        if (!tell_story()) complain_of("%s", "it does not end well");
        sleep_ms(2 * kLeaseOver);
        commands = calls_made(kTransmit);
        if (commands < kCommandPoints) complain_of("only %u commands", commands);
        (void)timed(kFinalize, p11->C_Finalize(NULL));
        end_case();
    }
    for (unsigned i = 0; i < 2 * kCommandPoints; ++i)
        places[i] =
            (struct place){kTransmit, i / 2 * commands / kCommandPoints, i % 2 == 0 ? kBefore : kAfter};
    for (unsigned i = 0; i < kOthers; ++i)
        places[2 * kCommandPoints + i] = kOther[i];
}

static void begin_story(const struct place* place, void (*act)(void), pthread_t* pesterer) {
    CK_ULONG count = 0;
    vcard_do("reset-oracle");
    if (user_initializes() != CKR_OK) complain_of("%s", "C_Initialize failed");
    (void)timed(kFirstSlotCall, p11->C_GetSlotList(CK_TRUE, NULL, &count));
    if (wait_for_card() != 0) complain_of("%s", "no card to begin with");
    if (vcard_apdus() != 0) complain_of("%s", "C_Initialize or a slot call sent a command");
    authentication = (struct user){.token = kAuthentication};
    atomic_store(&pestering, 1);
    (void)pthread_create(pesterer, NULL, pester, NULL);
    at_point(place->call, place->number, place->side, act);
}

static void end_pestering(pthread_t pesterer) {
    atomic_store(&pestering, 0);
    (void)pthread_join(pesterer, NULL);
}

// While no pcscd answers: C_Initialize does not care, nobody waits long, and there is a way out.
static void begin_anew_without_service(void) {
    CK_ULONG count = 0;
    const unsigned long before = vcard_apdus();
    if (user_initializes() != CKR_OK) complain_of("%s", "C_Initialize failed without pcscd");
    if (vcard_apdus() != before) complain_of("%s", "C_Initialize sent a command");
    (void)timed(kFirstSlotCall, p11->C_GetSlotList(CK_TRUE, NULL, &count));
    (void)timed(kFinalize, p11->C_Finalize(NULL));
    if (user_initializes() != CKR_OK) complain_of("%s", "C_Initialize failed without pcscd");
}

static void expect_dead(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info;
    if (timed(kSlotCall, p11->C_GetSessionInfo(session, &info)) == CKR_OK)
        complain_of("%s", "a session from before lives");
}

// --- killed

static void kill_at(const struct place* place, int finalize) {
    pthread_t pesterer;
    struct user next = {.token = kAuthentication};
    begin_story(place, kill_service, &pesterer);
    (void)tell_story();
    if (!point_reached()) {
        complain_of("%s", "pcscd was not killed by then");
        kill_service();
    }
    end_pestering(pesterer);
    const CK_SESSION_HANDLE old = authentication.session;
    if (finalize) {
        (void)timed(kFinalize, p11->C_Finalize(NULL));
        begin_anew_without_service();
    }
    const double started = now_in_ms();
    start_service();
    const double shown = wait_until_card_shown(started, 10000);
    if (shown == 0) complain_of("%s", "the rig: pcscd shows no card");
    record_time(kServiceUp, "pcscd", shown - started);
    expect_works_again(&next, shown);
    if (old != CK_INVALID_HANDLE) expect_dead(old);
    expect_no_harm();
    (void)timed(kFinalize, p11->C_Finalize(NULL));
}

// --- stopped

static pthread_t resumer;

static void* resume_later(void* unused) {
    (void)unused;
    sleep_ms(kStandstill);
    continue_service();
    back = now_in_ms();
    return NULL;
}

static void stand_still(void) {
    stop_service();
    (void)pthread_create(&resumer, NULL, resume_later, NULL);
}

static void* finalize_meanwhile(void* unused) {
    (void)unused;
    while (!point_reached())
        sleep_ms(1);
    sleep_ms(kFinalizeAfter);
    (void)timed(kFinalize, p11->C_Finalize(NULL));
    return NULL;
}

static void stop_at(const struct place* place, int finalize) {
    pthread_t pesterer;
    pthread_t finalizer;
    struct user next = {.token = kAuthentication};
    begin_story(place, stand_still, &pesterer);
    if (finalize) (void)pthread_create(&finalizer, NULL, finalize_meanwhile, NULL);
    (void)tell_story();
    if (!point_reached()) {
        complain_of("%s", "pcscd was not stopped by then");
        count_calls();  // and the finalizer goes on
        stand_still();
    }
    if (finalize) (void)pthread_join(finalizer, NULL);
    end_pestering(pesterer);
    if (finalize) begin_anew_without_service();
    (void)pthread_join(resumer, NULL);
    expect_works_again(&next, back);
    expect_no_harm();
    (void)timed(kFinalize, p11->C_Finalize(NULL));
}

static void run_places(const struct orders* orders, const char* what,
                       void (*run)(const struct place* place, int finalize)) {
    find_places();
    for (unsigned i = 0; i < kPlaces; ++i) {
        if (!is_mine_to_run(orders, i, kSubsetStep)) continue;
        const int finalize = i / 2 % 2 == 1;
        begin_case("pcscd %s %s %s no. %u%s", what, places[i].side == kBefore ? "before" : "after",
                   kCallNames[places[i].call], places[i].number, finalize ? ", C_Finalize" : "");
        run(&places[i], finalize);
        end_case();
    }
}

void run_service_killed(const struct orders* orders) {
    open_eye();
    run_places(orders, "killed", kill_at);
}

void run_service_stopped(const struct orders* orders) { run_places(orders, "stopped", stop_at); }
