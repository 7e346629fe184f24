#include "support/process.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/module.h"

enum { kPatience = 20000, kPoll = 5 };

#ifdef __SANITIZE_THREAD__
// A child that starts threads of its own is what some tests are about.
__attribute__((visibility("default"))) const char* __tsan_default_options(void);
const char* __tsan_default_options(void) { return "die_after_fork=0"; }
#endif

static int leaks_meant;
void leaks_are_meant(void) { leaks_meant = 1; }
#ifdef __SANITIZE_ADDRESS__
// Asked by LeakSanitizer when the process ends.
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { return leaks_meant; }
#endif

void sleep_ms(unsigned ms) {
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    (void)nanosleep(&time, NULL);
}

unsigned long now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000UL + (unsigned long)now.tv_nsec / 1000000UL;
}

static unsigned count_entries(const char* path) {
    unsigned count = 0;
    DIR* directory = opendir(path);
    if (directory == NULL) return 0;
    for (const struct dirent* entry = readdir(directory); entry != NULL; entry = readdir(directory))
        if (entry->d_name[0] != '.') ++count;
    (void)closedir(directory);
    return count;
}

unsigned count_files(void) { return count_entries("/proc/self/fd") - 1; }  // without the directory's own
unsigned count_threads(void) { return count_entries("/proc/self/task"); }

unsigned count_threads_steady(unsigned expected) {
    const unsigned long end = now_ms() + 2000;
    while (count_threads() != expected && now_ms() < end)
        sleep_ms(kPoll);
    return count_threads();
}

int complain(const char* condition, const char* file, int line) {
    (void)fprintf(stderr, "%s:%d: in the child: %s does not hold\n", file, line, condition);
    return 1;
}

int end_fork(pid_t child) {
    const unsigned long end = now_ms() + kPatience;
    int status = 0;
    for (;;) {
        const pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) break;
        if (ended < 0) return 254;
        if (now_ms() > end) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
            return 255;
        }
        sleep_ms(kPoll);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t begin_fork(int (*body)(void)) {
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child == 0) _exit(body());
    return child;
}

int in_fork(int (*body)(void)) {
    const pid_t child = begin_fork(body);
    return child < 0 ? 253 : end_fork(child);
}

int in_new_process(const char* role) {
    char program[] = "/proc/self/exe";
    (void)fflush(NULL);
    const pid_t child = fork();
    if (child < 0) return 253;
    if (child == 0) {
        (void)execl(program, program, module_path, role, (char*)NULL);
        _exit(252);
    }
    return end_fork(child);
}
