// Looks for PINs and for the holder's name where they must not be: in the memory of a program that uses the
// module, and in its core dump.
//
//   pin_search MODULE
//
// A child uses the module in steps (pin_user.c); after each one this program, its parent, stops it and reads
// all of its memory. While logged in, a PIN may be in one page, which is locked, left out of core dumps and
// wiped in a forked child; otherwise nowhere. The name, which stands in a certificate behind the PIN, may be
// anywhere while logged in, and nowhere after it. The core dump is expected in the working directory.
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pin_search.h"

enum { kMostKnown = 64, kSteady = 10, kNameAt = kKeyPurposes, kSecrets };

static unsigned char secrets[kSecrets][kLongestPin];
static size_t lengths[kSecrets];
static unsigned hits[kSecrets], wrong;
// Where four digits were met before any PIN was there.
static uintptr_t known[kMostKnown];
static size_t known_count;
static int learning;

static int is_known(uintptr_t address) {
    for (size_t i = 0; i < known_count; ++i)
        if (known[i] == address) return 1;
    if (!learning || known_count == kMostKnown) return 0;
    known[known_count++] = address;
    return 1;
}

// The kernel's flags of the child's mapping that begins at `from`.
static int is_secured(pid_t child, uintptr_t from) {
    char path[64], line[512];
    int inside = 0, secured = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps", (int)child);
    FILE* maps = fopen(path, "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long start = 0, end = 0;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) inside = start == from;
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            secured =
                strstr(line, " dd") != NULL && strstr(line, " wf") != NULL && strstr(line, " lo") != NULL;
    }
    if (maps != NULL) fclose(maps);
    return secured;
}

// `child`: 0 for a file.
static void search(const unsigned char* data, size_t size, uintptr_t at, const char* where, pid_t child) {
    for (int purpose = 0; purpose < kSecrets; ++purpose) {
        const size_t length = lengths[purpose];
        const unsigned char* end = data + size;
        for (const unsigned char* hit = data;
             (hit = memmem(hit, (size_t)(end - hit), secrets[purpose], length)) != NULL; ++hit) {
            const uintptr_t address = at + (uintptr_t)(hit - data);
            if (is_known(address)) continue;
            ++hits[purpose];
            if (purpose == kNameAt || (child != 0 && is_secured(child, at))) continue;
            ++wrong;
            printf("  PIN %d at %lx, %s", purpose, (unsigned long)address, where);
        }
    }
}

static size_t search_memory(pid_t child) {
    char path[64], line[512];
    size_t all = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)child);
    FILE* maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)child);
    const int memory = open(path, O_RDONLY);
    if (maps == NULL || memory < 0) exit(2);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from = 0, to = 0;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || rights[0] != 'r') continue;
        unsigned char* copy = malloc(to - from);
        // The kernel's own pages ([vvar]) cannot be read.
        const ssize_t size = copy == NULL ? -1 : pread(memory, copy, to - from, (off_t)from);
        if (size > 0) search(copy, (size_t)size, from, line, child);
        if (size > 0) all += (size_t)size;
        free(copy);
    }
    fclose(maps);
    close(memory);
    return all;
}

static size_t search_core(void) {
    glob_t found;
    struct stat status = {0};
    if (glob("core*", 0, NULL, &found) != 0) return 0;
    const int file = open(found.gl_pathv[0], O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0) exit(2);
    const size_t size = (size_t)status.st_size;
    const unsigned char* core = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (core == MAP_FAILED) exit(2);
    const ElfW(Ehdr)* head = (const ElfW(Ehdr)*)core;
    const ElfW(Phdr)* parts = (const ElfW(Phdr)*)(core + head->e_phoff);
    for (int i = 0; i < head->e_phnum; ++i)
        if (parts[i].p_type == PT_LOAD)
            search(core + parts[i].p_offset, parts[i].p_filesz, parts[i].p_vaddr, "in the core dump\n", 0);
    close(file);
    globfree(&found);
    return size;
}

static void look_at(pid_t child, const struct step* step) {
    const struct timespec pause = {0, kSteady * 1000000L};
    int status = 0;
    nanosleep(&pause, NULL);
    if (kill(child, SIGSTOP) != 0 || waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
        exit(2);
    memset(hits, 0, sizeof hits);
    learning = step == kSteps;
    const size_t bytes = search_memory(child);
    learning = 0;
    printf("%s: PINs %u and %u, name %u, in %zu KiB\n", step->name, hits[0], hits[1], hits[kNameAt],
           bytes / 1024);
    const unsigned expected = step->logged_in ? 1 : 0;
    if (hits[0] != expected || hits[1] != expected || bytes < 1024UL * 1024) ++wrong;
    if (!step->logged_in && hits[kNameAt] != 0) ++wrong;
    (void)kill(child, SIGCONT);
}

static int goes_elsewhere(void) {
    char pattern[256] = "";
    FILE* file = fopen("/proc/sys/kernel/core_pattern", "r");
    if (file == NULL || fgets(pattern, sizeof pattern, file) == NULL) pattern[0] = '|';
    if (file != NULL) fclose(file);
    return pattern[0] == '|' || pattern[0] == '/';
}

static void look_at_core(int status) {
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
        printf("the child ended with status %x\n", (unsigned)status);
        ++wrong;
    }
    if (goes_elsewhere()) {
        printf("core dump: not looked at, this system sends it elsewhere\n");
        return;
    }
    memset(hits, 0, sizeof hits);
    const size_t bytes = search_core();
    printf("core dump: %u and %u in %zu KiB\n", hits[0], hits[1], bytes / 1024);
    if (bytes < 128UL * 1024) ++wrong;
}

int main(int argc, char** argv) {
    int up[2], down[2], status = 0;
    char ready = 0;
    if (argc != 2 || pipe(up) != 0 || pipe(down) != 0) {
        fprintf(stderr, "Usage: pin_search MODULE\n");
        return 2;
    }
    const pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) use_module(argv[1], up[1], down[0]);
    close(up[1]);
    // Not before the fork: the child has a copy of what we have by then.
    for (int i = 0; i < kSecrets; ++i) {
        const struct masked* secret = i == kNameAt ? &kName : &kNewPins[i];
        unmask(secret, secrets[i]);
        lengths[i] = secret->length;
    }
    for (int i = 0; i < kStepCount && read(up[0], &ready, 1) == 1; ++i) {
        look_at(child, &kSteps[i]);
        if (write(down[1], "", 1) != 1) break;
    }
    if (waitpid(child, &status, 0) != child) return 2;
    look_at_core(status);
    return wrong == 0 ? 0 : 1;
}
