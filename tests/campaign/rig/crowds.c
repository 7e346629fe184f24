// Several programs at one card, all at the same time: each makes its signatures, each of them verifies,
// nobody waits too long for one call.
#include <stdio.h>
#include <string.h>

#include "families.h"
#include "ledger.h"
#include "rivals.h"
#include "user.h"
#include "world.h"

enum { kPatience = 120000, kBeforeAgain = 500 };

struct crowd {
    unsigned members;
    unsigned signatures;  // each
    int mixed;            // every other one with the signature key
    unsigned delay;       // ms that the card takes for a signature
    int patient;          // its members try again when the reader is busy
};

// --- a member, a program of its own

// What comes next: a session, a login, a signature.
static CK_RV go_on(struct user* user, volatile struct member* me) {
    if (user->session == CK_INVALID_HANDLE) return user_opens(user);
    if (user->key == CK_INVALID_HANDLE) return user_logs_in(user);
    const CK_RV rv = user_signs(user);
    if (rv == CKR_OK) me->signatures = me->signatures + 1;
    return rv;
}

// A reader that is busy for longer than a call waits is CKR_DEVICE_ERROR; then its user tries again.
static int may_try_again(struct user* user, volatile struct member* me, CK_RV rv) {
    if (rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_KEY_HANDLE_INVALID) user->key = CK_INVALID_HANDLE;
    me->busy = me->busy + 1;
    sleep_ms(kBeforeAgain);
    return rv == CKR_DEVICE_ERROR || user->key == CK_INVALID_HANDLE;
}

static CK_RV be_member(struct user* user, volatile struct member* me, unsigned signatures, int patient) {
    const double end = now_in_ms() + kPatience;
    while (me->signatures < signatures) {
        const double start = now_in_ms();
        const CK_RV rv = go_on(user, me);
        const double took = now_in_ms() - start;
        if (took > me->longest) me->longest = took;
        if (rv != CKR_OK && (!patient || start > end || !may_try_again(user, me, rv))) return rv;
    }
    return CKR_OK;
}

// "NUMBER TOKEN SIGNATURES PATIENT"
int play_in_crowd(const char* role, const char* argument) {
    unsigned number = 0;
    unsigned token = 0;
    unsigned signatures = 0;
    unsigned patient = 0;
    if (strcmp(role, "member") != 0) return -1;
    if (sscanf(argument, "%u %u %u %u", &number, &token, &signatures, &patient) != 4 ||
        number >= kMostMembers)
        return 2;
    volatile struct shared* all = shared_memory();
    volatile struct member* me = &all->members[number];
    struct user user = {.token = token == 0 ? kAuthentication : kSignature};
    load_module(module_path);
    if (user_initializes() != CKR_OK || wait_for_card() != 0) return 2;
    begin_case("member %u", number);
    me->ready = 1;
    while (!all->go)
        sleep_ms(1);
    me->failure = be_member(&user, me, signatures, patient != 0);
    me->done = now_in_ms();
    (void)p11->C_Finalize(NULL);
    end_case();
    return me->failure == CKR_OK && nothing_failed() ? 0 : 1;
}

// --- the crowd

static void gather(const struct crowd* crowd) {
    volatile struct shared* all = shared_memory();
    pid_t members[kMostMembers];
    all->go = 0;
    for (unsigned i = 0; i < crowd->members; ++i) {
        char argument[32];
        const unsigned token = crowd->mixed ? i % 2 : 0;
        all->members[i].ready = 0;
        all->members[i].signatures = 0;
        all->members[i].longest = 0;
        all->members[i].busy = 0;
        (void)snprintf(argument, sizeof(argument), "%u %u %u %d", i, token, crowd->signatures,
                       crowd->patient);
        members[i] = start_role("member", argument);
    }
    for (unsigned i = 0; i < crowd->members; ++i)
        for (unsigned waited = 0; !all->members[i].ready && waited < kPatience; ++waited)
            sleep_ms(1);
    const double start = now_in_ms();
    double longest = 0;
    double last = start;
    double first = 0;
    unsigned busy = 0;
    all->go = 1;
    for (unsigned i = 0; i < crowd->members; ++i) {
        const int status = end_of_role(members[i]);
        const volatile struct member* one = &all->members[i];
        if (status != 0 || one->signatures != crowd->signatures)
            complain_of("program %u ended with %d after %u signatures, 0x%lx", i, status, one->signatures,
                        one->failure);
        busy += one->busy;
        if (one->longest > longest) longest = one->longest;
        if (one->done > last) last = one->done;
        if (first == 0 || one->done < first) first = one->done;
    }
    record_time(kCardCall, "the longest wait in a crowd", longest);
    remark(
        "%u programs, %s, %u signatures each, %u ms a signature: first done after %.1f s, all after %.1f s, "
        "longest call %.2f s, %u calls answered as busy",
        crowd->members, crowd->mixed ? "both keys" : "one key", crowd->signatures, crowd->delay,
        (first - start) / 1e3, (last - start) / 1e3, longest / 1e3, busy);
}

static void try_crowd(const struct crowd* crowd) {
    vcard_do("reset-oracle");
    if (crowd->delay != 0) {
        char fault[48];
        (void)snprintf(fault, sizeof(fault), "fault INS=2A:0+ delay %u", crowd->delay);
        vcard_do(fault);
    }
    gather(crowd);
    vcard_do("faults-clear");
    expect_no_harm();
}

void run_crowds(const struct orders* orders) {
    static const struct crowd kCrowds[] = {
        {2, 100, 0, 0, 0},
        {8, 100, 0, 0, 0},
        {2, 100, 1, 0, 0},
        {8, 100, 1, 0, 0},
        // As slow as a card without contacts.
        {2, 30, 1, 150, 0},
        {8, 10, 0, 150, 1},
        {8, 10, 1, 150, 1},
    };
    static const struct crowd kFew[] = {{2, 100, 1, 0, 0}, {8, 20, 1, 0, 0}};
    const struct crowd* crowds = orders->subset ? kFew : kCrowds;
    const size_t count =
        orders->subset ? sizeof(kFew) / sizeof(kFew[0]) : sizeof(kCrowds) / sizeof(kCrowds[0]);
    for (unsigned i = 0; i < count; ++i) {
        if (!is_mine_to_run(orders, i, 1)) continue;
        begin_case("%u programs, %s, %u signatures each, %u ms a signature", crowds[i].members,
                   crowds[i].mixed ? "both keys" : "one key", crowds[i].signatures, crowds[i].delay);
        try_crowd(&crowds[i]);
        end_case();
    }
}
