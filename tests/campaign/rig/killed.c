// A program is ended inside its lease, where the card has its PIN, without a chance to log out. How long can
// another program that waits for just that sign? A measurement, and it ends with the card closed.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "families.h"
#include "ledger.h"
#include "points.h"
#include "rivals.h"
#include "user.h"
#include "world.h"

enum { kKills = 36, kSubsetKills = 4, kObserve = 1000, kLongLook = 20000, kQuiet = 1500, kPatience = 5000 };

// --- the victim: "WAY PLACE"

enum way { kSigkill, kExit, kAbort, kWayCount };
enum { kPlaceCount = 6 };
static unsigned way;

static void die(void) {
    shared_memory()->died = now_in_ms();
    if (way == kSigkill) (void)kill(getpid(), SIGKILL);
    if (way == kExit) _exit(0);
    abort();
}

static void linger_and_die(unsigned ms) {
    sleep_ms(ms);
    die();
}

// Logged in and still in the same lease: before and after the signature, before the logout, or in the linger.
static int die_inside(unsigned place) {
    struct user user = {.token = kAuthentication};
    if (user_opens(&user) != CKR_OK || user_logs_in(&user) != CKR_OK) return 1;
    if (place == 0) at_point(kTransmit, 0, kBefore, die);
    if (place == 1) at_point(kTransmit, 0, kAfter, die);
    if (place == 2) at_point(kTransmit, 1, kBefore, die);
    if (place == 3) linger_and_die(30);
    if (user_signs(&user) != CKR_OK) return 1;
    linger_and_die(place == 4 ? 5 : place == 5 ? 70 : 1000);
    return 1;
}

int play_victim(const char* role, const char* argument) {
    unsigned place = 0;
    const struct rlimit none = {0, 0};
    if (strcmp(role, "victim") != 0) return -1;
    if (sscanf(argument, "%u %u", &way, &place) != 2) return 2;
    (void)setrlimit(RLIMIT_CORE, &none);
    load_module(module_path);
    if (user_initializes() != CKR_OK || wait_for_card() != 0) return 2;
    return die_inside(place);
}

// --- the series

struct series {
    const char* attacker;  // how it waits (attacker.c)
    const char* reset;     // whether the card keeps a login over a reset: its switch
    const char* text;
};

// The moment at which an attacker of the kind "once" comes: ms after the death.
static const unsigned kComes[] = {0, 20, 50, 100, 200, 300, 400, 500, 600, 800, 1000, 2000};
enum { kComesCount = sizeof(kComes) / sizeof(kComes[0]) };

struct found {
    double first[kKills];  // ms from the death to the first signature
    double last[kKills];   // and to the last
    unsigned signed_;
    unsigned still_open;  // signed to the end of the observation
    unsigned kills;
    unsigned came[kComesCount];
    unsigned came_in_time[kComesCount];
};

static int by_size(const void* left, const void* right) {
    const double a = *(const double*)left;
    const double b = *(const double*)right;
    return a < b ? -1 : a > b;
}

static int comes_once(const struct series* series) { return strcmp(series->attacker, "once") == 0; }

static void record_what_it_could(const struct series* series, unsigned number, struct found* found) {
    const volatile struct shared* all = shared_memory();
    const int could = all->first_signed != 0;
    ++found->kills;
    ++found->came[number % kComesCount];
    found->came_in_time[number % kComesCount] += (unsigned)could;
    if (!could) return;
    found->first[found->signed_] = all->first_signed - all->died;
    found->last[found->signed_++] = all->last_signed - all->died;
    found->still_open += all->last_signed > all->last_refused;
    if (number == 0 && !comes_once(series))
        remark("  looked for %.0f s once: its last signature came %.2f s after the death", kLongLook / 1e3,
               (all->last_signed - all->died) / 1e3);
}

static void end_one(const struct series* series, unsigned number, struct found* found) {
    static const int kEnds[kWayCount] = {[kSigkill] = 128 + SIGKILL, [kAbort] = 128 + SIGABRT};
    char attack[48];
    char death[32];
    volatile struct shared* all = shared_memory();
    all->watching = 0;
    all->died = 0;
    all->first_signed = 0;
    all->last_signed = 0;
    all->last_refused = 0;
    all->signed_before = 0;
    (void)snprintf(attack, sizeof(attack), "%s %u %u", series->attacker, number == 0 ? kLongLook : kObserve,
                   kComes[number % kComesCount]);
    (void)snprintf(death, sizeof(death), "%u %u", number % kWayCount, number / kWayCount % kPlaceCount);
    const pid_t attacker = start_role("attacker", attack);
    for (unsigned waited = 0; !all->watching && waited < kPatience; ++waited)
        sleep_ms(1);
    const int end = run_role("victim", death);
    if (end != kEnds[number % kWayCount] || all->died == 0)
        complain_of("the victim (%s) ended with %d", death, end);
    if (all->died == 0) all->died = now_in_ms();  // the attacker waits for it
    if (end_of_role(attacker) != 0) complain_of("%s", "the attacker had no chance to try");
    if (all->signed_before != 0) complain_of("%s", "the attacker signed while the victim lived");
    record_what_it_could(series, number, found);
    sleep_ms(kQuiet);
    expect_no_harm();
}

static void tell_when_it_came(const struct found* found) {
    char line[512] = "";
    for (unsigned i = 0; i < kComesCount; ++i) {
        const size_t length = strlen(line);
        (void)snprintf(line + length, sizeof(line) - length, "%s%u ms %u/%u", i == 0 ? "" : ", ", kComes[i],
                       found->came_in_time[i], found->came[i]);
    }
    remark("  so long after the death it could sign: %s", line);
}

static void tell(const struct series* series, struct found* found) {
    const unsigned middle = found->signed_ / 2;
    remark("ended inside a lease, %s: it could sign after %u of %u deaths", series->text, found->signed_,
           found->kills);
    if (comes_once(series)) {
        tell_when_it_came(found);
        return;
    }
    if (found->signed_ == 0) return;
    qsort(found->first, found->signed_, sizeof(double), by_size);
    qsort(found->last, found->signed_, sizeof(double), by_size);
    remark(
        "  first %.1f / %.1f / %.1f ms after the death (min/median/max); still at the end of the %.1f s in "
        "%u",
        found->first[0], found->first[middle], found->first[found->signed_ - 1], kObserve / 1e3,
        found->still_open);
}

void run_killed(const struct orders* orders) {
    static const struct series kSeries[] = {
        {"stay", "keeps", "another program connected all the time; the card keeps a login over a reset"},
        {"stay", "clears", "another program connected all the time; a reset ends the card's login"},
        {"come", "keeps", "another program connects for each attempt; the card keeps a login over a reset"},
        {"once", "keeps", "another program comes once, later; the card keeps a login over a reset"},
    };
    const unsigned kills = orders->subset ? kSubsetKills : kKills;
    for (unsigned i = 0; i < sizeof(kSeries) / sizeof(kSeries[0]); ++i) {
        struct found found = {.kills = 0};
        char command[32];
        if (!is_mine_to_run(orders, i, 3)) continue;
        (void)snprintf(command, sizeof(command), "set reset=%s", kSeries[i].reset);
        vcard_do(command);
        for (unsigned number = orders->subset ? 1 : 0; number < kills; ++number) {
            begin_case("%s, reset %s, death %u", kSeries[i].attacker, kSeries[i].reset, number);
            vcard_do("reset-oracle");
            end_one(&kSeries[i], number, &found);
            end_case();
        }
        tell(&kSeries[i], &found);
    }
}
