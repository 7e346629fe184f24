// Other processes (forked or started anew), and what a process holds.
#ifndef JPKI_C_ABI_PROCESS_H
#define JPKI_C_ABI_PROCESS_H

#include <sys/types.h>

// Open file descriptors and threads of this process.
unsigned count_files(void);
unsigned count_threads(void);
// The latter after it has stopped changing: a thread is gone a moment after what it was for.
unsigned count_threads_steady(unsigned expected);

// Runs `body` in a forked child and gives its exit status; 128 + signal when one ended it, 255 when it took
// longer than 20 s and was killed. CMocka's asserts would jump into the parent's tests: use check().
int in_fork(int (*body)(void));
// Its two halves, for what the parent does meanwhile.
pid_t begin_fork(int (*body)(void));
int end_fork(pid_t child);
// The same for this program started anew as `PROGRAM MODULE ROLE`.
int in_new_process(const char* role);

// For a process that ends without C_Finalize, or holds what its parent had: neither is a leak.
void leaks_are_meant(void);

#define check(condition) \
    if (!(condition)) return complain(#condition, __FILE__, __LINE__)
int complain(const char* condition, const char* file, int line);

void sleep_ms(unsigned ms);
unsigned long now_ms(void);

#endif
