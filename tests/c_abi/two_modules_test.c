// Several of our modules in one process, as users of NSS have them: one library under them all, and one lock
// before it.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"

enum { kModules = 3, kRounds = 40 };

static void* libraries[kModules];
static CK_FUNCTION_LIST_3_2* lists[kModules];

static int load(unsigned number, const char* name) {
    char path[512];
    CK_C_GetInterface get = NULL;
    CK_VERSION version = {3, 2};
    CK_INTERFACE* found = NULL;
    char standard[] = "PKCS 11";
    const char* slash = strrchr(module_path, '/');
    check(slash != NULL);
    (void)snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - module_path), module_path, name);
    libraries[number] = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    check(libraries[number] != NULL);
    void* function = dlsym(libraries[number], "C_GetInterface");
    memcpy(&get, &function, sizeof(get));
    check(get != NULL && get((CK_UTF8CHAR*)standard, &version, &found, 0) == CKR_OK);
    lists[number] = found->pFunctionList;
    return 0;
}

static int load_all(void) {
    return load(0, "jpki-pkcs11.so") + load(1, "jpki-pkcs11-auth.so") + load(2, "jpki-pkcs11-sign.so");
}

static void they_share_a_lock(void** state) {
    (void)state;
    const void* lock = dlsym(libraries[0], "jpki_pkcs11_turns_1");
    assert_non_null(lock);
    for (unsigned i = 1; i < kModules; ++i) {
        assert_ptr_equal(dlsym(libraries[i], "jpki_pkcs11_turns_1"), lock);
        assert_ptr_not_equal(lists[i], lists[0]);
    }
}

// Contexts, readers and connections, all the while.
static void* come_and_go(void* list) {
    CK_FUNCTION_LIST_3_2* module = list;
    for (int round = 0; round < kRounds; ++round) {
        CK_SLOT_ID slots[4];
        CK_ULONG count = 4;
        CK_TOKEN_INFO info;
        if (module->C_Initialize(NULL) != CKR_OK) return "C_Initialize";
        if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK || count == 0) return "C_GetSlotList";
        if (module->C_GetTokenInfo(slots[0], &info) != CKR_OK) return "C_GetTokenInfo";
        if (module->C_Finalize(NULL) != CKR_OK) return "C_Finalize";
    }
    return NULL;
}

static void they_come_and_go_at_the_same_time(void** state) {
    (void)state;
    pthread_t threads[kModules];
    for (unsigned i = 0; i < kModules; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, lists[i]), 0);
    for (unsigned i = 0; i < kModules; ++i) {
        void* failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        if (failed != NULL) fail_msg("module %u: %s", i, (const char*)failed);
    }
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
    if (load_all() != 0) return 3;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_share_a_lock),
        cmocka_unit_test(they_come_and_go_at_the_same_time),
    };
    return cmocka_run_group_tests_name("two_modules", tests, NULL, NULL);
}
