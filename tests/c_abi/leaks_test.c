// Programs that begin and end with the module again and again, for days: nothing grows. A thousand rounds of
// C_Initialize and C_Finalize, and a thousand with dlopen and dlclose around them; in every tenth somebody
// signs. JPKI_LEAK_ROUNDS in the environment takes another number.
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"

enum { kRounds = 1000, kWarmUp = 50, kSignsEvery = 10, kMostGrowth = 64 };

struct holdings {
    long resident;  // KiB
    unsigned files;
    unsigned sockets;  // connections to pcscd among the files
    unsigned threads;
    unsigned mappings;
};

// What is ours alone, for pages of libraries come in as code is first run; and in use, for what glibc keeps
// for later depends on how many threads ever met.
static long resident(void) {
    char line[256];
    long found = -1;
    (void)malloc_trim(0);
    FILE* file = fopen("/proc/self/status", "r");
    assert_non_null(file);
    while (found < 0 && fgets(line, sizeof(line), file) != NULL)
        (void)sscanf(line, "RssAnon: %ld", &found);
    (void)fclose(file);
    assert_true(found > 0);
    return found;
}

static unsigned count_sockets(void) {
    unsigned count = 0;
    for (int file = 0; file < 256; ++file) {
        char name[64];
        char target[16];
        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
        if (readlink(name, target, sizeof(target)) > 7 && strncmp(target, "socket:", 7) == 0) ++count;
    }
    return count;
}

static unsigned count_mappings(void) {
    unsigned count = 0;
    FILE* file = fopen("/proc/self/maps", "r");
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        if (c == '\n') ++count;
    (void)fclose(file);
    return count;
}

static struct holdings hold(void) {
    const unsigned threads = count_threads_steady(1);
    const struct holdings now = {resident(), count_files(), count_sockets(), threads, count_mappings()};
    return now;
}

static void one_round(unsigned number) {
    CK_ULONG count = 0;
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    if (number % kSignsEvery == 0) {
        CK_BYTE signature[256];
        assert_int_equal(wait_for_card(), 0);
        const CK_SESSION_HANDLE session = open_logged_in(number % 20 == 0 ? kSignature : kAuthentication);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        assert_rv(sign_text(session, key, "one of many", signature), CKR_OK);
    } else {
        assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    }
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
}

static void one_round_with_dlopen(unsigned number) {
    load_module(module_path);
    one_round(number);
    assert_int_equal(dlclose(module_library), 0);
}

static void keeps_nothing(void (*one)(unsigned)) {
    const char* wanted = getenv("JPKI_LEAK_ROUNDS");
    const unsigned rounds = wanted == NULL ? kRounds : (unsigned)strtoul(wanted, NULL, 10);
    for (unsigned i = 0; i < kWarmUp; ++i)
        one(i);
    const struct holdings before = hold();
    for (unsigned i = 0; i < rounds; ++i)
        one(i);
    const struct holdings after = hold();
    print_message("%u rounds: %ld KiB (of %ld), %u to %u mappings\n", rounds,
                  after.resident - before.resident, after.resident, before.mappings, after.mappings);
    assert_int_equal(after.threads, 1);
    assert_int_equal(after.sockets, 0);
    assert_int_equal(after.files, before.files);
    assert_true(after.resident - before.resident <= kMostGrowth);
}

static void rounds_of_initialize_and_finalize_keep_nothing(void** state) {
    (void)state;
    keeps_nothing(one_round);
}

static void rounds_of_dlopen_and_dlclose_keep_nothing(void** state) {
    (void)state;
    keeps_nothing(one_round_with_dlopen);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    // How many heaps glibc keeps for threads that come and go is its own affair, and depends on what meets
    // what.
    (void)mallopt(M_ARENA_MAX, 1);
    load_module(argc > 1 ? argv[1] : NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(rounds_of_initialize_and_finalize_keep_nothing, finalized),
        cmocka_unit_test_teardown(rounds_of_dlopen_and_dlclose_keep_nothing, finalized),
    };
    return cmocka_run_group_tests_name("leaks", tests, NULL, NULL);
}
