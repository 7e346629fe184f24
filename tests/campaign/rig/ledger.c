#include "ledger.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kText = 2048, kName = 160 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char case_name[kName];
static char complaints[kText];
static unsigned cases;
static unsigned failures;
static double begun;
static _Thread_local double watch;
static _Thread_local double waited_before;

static struct {
    const char* name;
    double promised;
    double broken;  // on a machine with other work to do
    unsigned long count;
    unsigned long over;
    double longest;
} kinds[kTimedKinds] = {
    [kSlotCall] = {.name = "slot list, slot info, session info", .promised = 5, .broken = 50},
    [kFirstSlotCall] = {.name = "the same, before the first look at the readers",
                        .promised = 250,
                        .broken = 350},
    [kCardCall] = {.name = "calls that need the card", .promised = 10000, .broken = 10500},
    [kInitialize] = {.name = "C_Initialize", .promised = 50, .broken = 150},
    [kFinalize] = {.name = "C_Finalize", .promised = 2000, .broken = 2300},
    [kCardSeen] = {.name = "pcscd sees a card that was put in", .promised = 1000, .broken = 5000},
    [kServiceUp] = {.name = "a new pcscd shows the card", .promised = 2000, .broken = 8000},
    [kElsewhere] = {.name = "a signature in another reader meanwhile", .promised = 1000, .broken = 3000},
    [kWorksAgain] = {.name = "session, login, signature after that", .promised = 2000, .broken = 2000},
};

double now_in_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void begin_case(const char* format, ...) {
    va_list arguments;
    (void)pthread_mutex_lock(&mutex);
    if (begun == 0) begun = now_in_ms();
    complaints[0] = '\0';
    va_start(arguments, format);
    (void)vsnprintf(case_name, sizeof(case_name), format, arguments);
    va_end(arguments);
    (void)pthread_mutex_unlock(&mutex);
}

void complain_of(const char* format, ...) {
    va_list arguments;
    (void)pthread_mutex_lock(&mutex);
    const size_t length = strlen(complaints);
    if (length + 4 < sizeof(complaints)) {
        (void)snprintf(complaints + length, sizeof(complaints) - length, "%s", length == 0 ? "" : "; ");
        const size_t from = strlen(complaints);
        va_start(arguments, format);
        (void)vsnprintf(complaints + from, sizeof(complaints) - from, format, arguments);
        va_end(arguments);
    }
    (void)pthread_mutex_unlock(&mutex);
}

void end_case(void) {
    (void)pthread_mutex_lock(&mutex);
    ++cases;
    if (complaints[0] != '\0') {
        ++failures;
        (void)printf("FAIL %s: %s\n", case_name, complaints);
        (void)fflush(stdout);
    }
    (void)pthread_mutex_unlock(&mutex);
}

void remark(const char* format, ...) {
    va_list arguments;
    (void)pthread_mutex_lock(&mutex);
    (void)fputs("NOTE ", stdout);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&mutex);
}

void record_time(enum timed kind, const char* what, double ms) {
    (void)pthread_mutex_lock(&mutex);
    ++kinds[kind].count;
    if (ms > kinds[kind].promised) ++kinds[kind].over;
    if (ms > kinds[kind].longest) kinds[kind].longest = ms;
    const double broken = kinds[kind].broken;
    (void)pthread_mutex_unlock(&mutex);
    if (ms > broken) complain_of("%.0f ms: %.60s", ms, what);
}

// How long this thread has been runnable without running: the second number of its schedstat, in ns.
static double waited_for_processor(void) {
    char text[64] = "";
    const int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    const ssize_t got = read(file, text, sizeof(text) - 1);
    (void)close(file);
    const char* second = got <= 0 ? NULL : strchr(text, ' ');
    return second == NULL ? 0 : strtod(second, NULL) / 1e6;
}

void start_watch(void) {
    waited_before = waited_for_processor();
    watch = now_in_ms();
}

CK_RV stop_watch(enum timed kind, const char* call, CK_RV result) {
    const double took = now_in_ms() - watch;
    record_time(kind, call, took - (waited_for_processor() - waited_before));
    return result;
}

int nothing_failed(void) { return failures == 0; }

int close_ledger(const char* family) {
    (void)printf("FAMILY %s|%u|%u|%.1f\n", family, cases, failures,
                 begun == 0 ? 0 : (now_in_ms() - begun) / 1e3);
    for (int kind = 0; kind < kTimedKinds; ++kind) {
        if (kinds[kind].count == 0) continue;
        (void)printf("TIMED %d|%s|%.0f|%lu|%lu|%.1f\n", kind, kinds[kind].name, kinds[kind].promised,
                     kinds[kind].count, kinds[kind].over, kinds[kind].longest);
    }
    return cases > 0 && failures == 0 ? 0 : 1;
}
