// Programs that end without C_Finalize, call the module while they end, or unload it: each in a process of
// its own, which must come to a normal end.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "support/ban.h"
#include "support/module.h"
#include "support/process.h"

static int initialize_and_list(void) {
    CK_ULONG count = 0;
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_OK);
    return 0;
}

static int exit_without_finalize(void) { return initialize_and_list(); }

static int unload_without_finalize(void) {
    check(initialize_and_list() == 0);
    check(dlclose(module_library) == 0);
    sleep_ms(20);  // the module's thread goes on: its code must still be there
    return 0;
}

static int unload_after_finalize(void) {
    check(initialize_and_list() == 0);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(dlclose(module_library) == 0);
    return 0;
}

static int load_again(void) {
    check(unload_without_finalize() == 0);
    load_module(module_path);
    check(p11->C_Initialize(NULL) == CKR_CRYPTOKI_ALREADY_INITIALIZED);
    check(p11->C_Finalize(NULL) == CKR_OK);
    check(p11->C_Initialize(NULL) == CKR_OK);
    return 0;
}

static int load_twice(void) {
    void* first = module_library;
    CK_FUNCTION_LIST_3_2* list = p11;
    check(p11->C_Initialize(NULL) == CKR_OK);
    load_module(module_path);
    check(module_library == first && p11 == list);
    check(p11->C_Initialize(NULL) == CKR_CRYPTOKI_ALREADY_INITIALIZED);
    check(p11->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static void call_what_exit_handlers_call(void) {
    CK_ULONG count = 0;
    CK_INFO info;
    (void)p11->C_GetInfo(&info);
    (void)p11->C_GetSlotList(CK_FALSE, NULL, &count);
    (void)p11->C_CloseAllSessions(0);
    (void)p11->C_Finalize(NULL);
    (void)p11->C_Finalize(NULL);
}

static int finalize_in_an_exit_handler(void) {
    check(atexit(call_what_exit_handlers_call) == 0);
    return initialize_and_list();
}

static void begin_late(void) { (void)initialize_and_list(); }

static int initialize_in_an_exit_handler(void) {
    check(atexit(call_what_exit_handlers_call) == 0);
    check(atexit(begin_late) == 0);
    return 0;
}

static int call_in_a_destructor;

// Runs within the dynamic linker's own ending, before or after the module's.
__attribute__((destructor)) static void last_words(void) {
    if (!call_in_a_destructor) return;
    call_what_exit_handlers_call();
    (void)p11->C_Initialize(NULL);
    call_what_exit_handlers_call();
}

static int call_while_the_libraries_end(void) {
    call_in_a_destructor = 1;
    return initialize_and_list();
}

static const struct {
    const char* name;
    int (*run)(void);
} kRoles[] = {
    {"exit-without-finalize", exit_without_finalize},
    {"unload-without-finalize", unload_without_finalize},
    {"unload-after-finalize", unload_after_finalize},
    {"load-again", load_again},
    {"load-twice", load_twice},
    {"finalize-in-an-exit-handler", finalize_in_an_exit_handler},
    {"initialize-in-an-exit-handler", initialize_in_an_exit_handler},
    {"call-while-the-libraries-end", call_while_the_libraries_end},
};

static void plays(void** state) { assert_int_equal(in_new_process(*state), 0); }

static void ends_within_a_second_without_finalize(void** state) {
    (void)state;
    const unsigned long start = now_ms();
    assert_int_equal(in_new_process("exit-without-finalize"), 0);
    assert_in_range(now_ms() - start, 0, 1000);
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
    if (argc > 2) leaks_are_meant();
    for (size_t i = 0; argc > 2 && i < sizeof(kRoles) / sizeof(kRoles[0]); ++i)
        if (strcmp(argv[2], kRoles[i].name) == 0) return kRoles[i].run();
#define TEST(sentence, role) {sentence, plays, NULL, NULL, role}
    const struct CMUnitTest tests[] = {
        TEST("exit_without_finalize_is_a_normal_end", "exit-without-finalize"),
        TEST("unloading_without_finalize_leaves_the_thread_its_code", "unload-without-finalize"),
        TEST("unloading_after_finalize_is_a_normal_end", "unload-after-finalize"),
        TEST("a_module_loaded_again_remembers_that_it_is_initialized", "load-again"),
        TEST("a_module_loaded_twice_is_one_module", "load-twice"),
        TEST("an_exit_handler_may_finalize", "finalize-in-an-exit-handler"),
        TEST("an_exit_handler_may_even_initialize", "initialize-in-an-exit-handler"),
        TEST("calls_while_the_libraries_end_are_answered", "call-while-the-libraries-end"),
        cmocka_unit_test(ends_within_a_second_without_finalize),
    };
    return cmocka_run_group_tests_name("unload", tests, NULL, NULL);
}
