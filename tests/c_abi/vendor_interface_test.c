// The interface "Vendor JPKI" 1.1 of jpki_pkcs11.h, as far as it goes without a card.
#include <stddef.h>
#include <string.h>

#include "support/ban.h"
#include "support/module.h"
// After a PKCS#11 header, as it demands.
#include "jpki/jpki_pkcs11.h"

static JPKI_FUNCTION_LIST* vendor(void) {
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = NULL;
    assert_rv(p11->C_GetInterface(name, NULL, &found, 0), CKR_OK);
    assert_string_equal((const char*)found->pInterfaceName, JPKI_INTERFACE_NAME);
    return found->pFunctionList;
}

static void it_is_found_by_name_and_by_version_1_1(void** state) {
    (void)state;
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = NULL;
    CK_VERSION version = {1, 1};
    const JPKI_FUNCTION_LIST* list = vendor();
    assert_int_equal(list->version.major, 1);
    assert_int_equal(list->version.minor, 1);
    assert_rv(p11->C_GetInterface(name, &version, &found, 0), CKR_OK);
    assert_ptr_equal(found->pFunctionList, list);
    version.minor = 2;
    assert_rv(p11->C_GetInterface(name, &version, &found, 0), CKR_ARGUMENTS_BAD);
}

static void its_functions_want_an_initialized_library(void** state) {
    (void)state;
    JPKI_TOKEN_STATUS token = {.ulSize = sizeof(token)};
    JPKI_MODULE_STATUS module = {.ulSize = sizeof(module)};
    assert_rv(vendor()->JPKI_GetTokenStatus(0, &token), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(vendor()->JPKI_GetModuleStatus(&module), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(vendor()->JPKI_GetModuleStatus(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(vendor()->JPKI_AllowLastTry(0), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_rv(vendor()->JPKI_GetSlotStatus(0, NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void what_is_younger_stands_behind_what_is_older(void** state) {
    (void)state;
    // The list of version 1.0, as programs have it that were built with its header.
    struct older {
        CK_VERSION version;
        JPKI_GetTokenStatus_t token;
        JPKI_GetModuleStatus_t module;
    };
    assert_int_equal(offsetof(struct older, token), offsetof(JPKI_FUNCTION_LIST, JPKI_GetTokenStatus));
    assert_int_equal(offsetof(struct older, module), offsetof(JPKI_FUNCTION_LIST, JPKI_GetModuleStatus));
    assert_int_equal(sizeof(struct older), offsetof(JPKI_FUNCTION_LIST, JPKI_AllowLastTry));
}

static void an_unknown_slot_is_told_apart_from_bad_arguments(void** state) {
    (void)state;
    JPKI_TOKEN_STATUS token = {.ulSize = sizeof(token)};
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(vendor()->JPKI_GetTokenStatus(88888, &token), CKR_SLOT_ID_INVALID);
    assert_rv(vendor()->JPKI_GetTokenStatus(88888, NULL), CKR_SLOT_ID_INVALID);
    assert_rv(vendor()->JPKI_AllowLastTry(88888), CKR_SESSION_HANDLE_INVALID);
    assert_rv(vendor()->JPKI_AllowLastTry(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
    assert_rv(vendor()->JPKI_GetSlotStatus(88888, NULL), CKR_SLOT_ID_INVALID);
}

static void no_struct_begins_otherwise_than_in_its_first_version(void** state) {
    (void)state;
    assert_int_equal(offsetof(JPKI_TOKEN_STATUS, ulRenewalOpen), 8 * sizeof(CK_ULONG));
    assert_int_equal(offsetof(JPKI_TOKEN_STATUS, ulNotAfter), 10 * sizeof(CK_ULONG));
    assert_int_equal(offsetof(JPKI_MODULE_STATUS, ulThreads), 4 * sizeof(CK_ULONG));
    assert_int_equal(offsetof(JPKI_SLOT_STATUS, ulCode), 2 * sizeof(CK_ULONG));
}

static void the_module_status_minds_the_callers_size(void** state) {
    (void)state;
    JPKI_MODULE_STATUS module;
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(vendor()->JPKI_GetModuleStatus(NULL), CKR_ARGUMENTS_BAD);
    memset(&module, 0xA5, sizeof(module));
    const JPKI_MODULE_STATUS before = module;
    const CK_ULONG first = 5 * sizeof(CK_ULONG);
    for (CK_ULONG size = 0; size < first; ++size) {
        module = before;
        module.ulSize = size;
        assert_rv(vendor()->JPKI_GetModuleStatus(&module), CKR_ARGUMENTS_BAD);
        assert_memory_equal(&module.ulConfigProblems, &before.ulConfigProblems,
                            sizeof(module) - sizeof(CK_ULONG));
    }
    module.ulSize = sizeof(module);
    assert_rv(vendor()->JPKI_GetModuleStatus(&module), CKR_OK);
    assert_int_equal(module.ulSize, sizeof(module));
    assert_int_equal(module.ulConfigProblems, 0);
    assert_int_equal(module.ulConfigLine, 0);
    assert_int_equal(module.ulThreads, 1);
}

static void a_newer_caller_with_a_longer_struct_is_served(void** state) {
    (void)state;
    struct {
        JPKI_MODULE_STATUS known;
        CK_ULONG later;
    } module = {.known = {.ulSize = sizeof(module)}, .later = 0xA5A5A5A5UL};
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    assert_rv(vendor()->JPKI_GetModuleStatus(&module.known), CKR_OK);
    assert_int_equal(module.later, 0xA5A5A5A5UL);
}

static void a_host_that_forbids_threads_is_told_so(void** state) {
    (void)state;
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_LIBRARY_CANT_CREATE_OS_THREADS};
    JPKI_MODULE_STATUS module = {.ulSize = sizeof(module)};
    assert_rv(p11->C_Initialize(&arguments), CKR_OK);
    assert_rv(vendor()->JPKI_GetModuleStatus(&module), CKR_OK);
    assert_int_equal(module.ulThreads, 0);
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_teardown(name, finalized)
    const struct CMUnitTest tests[] = {
        TEST(it_is_found_by_name_and_by_version_1_1),
        TEST(its_functions_want_an_initialized_library),
        TEST(what_is_younger_stands_behind_what_is_older),
        TEST(an_unknown_slot_is_told_apart_from_bad_arguments),
        TEST(no_struct_begins_otherwise_than_in_its_first_version),
        TEST(the_module_status_minds_the_callers_size),
        TEST(a_newer_caller_with_a_longer_struct_is_served),
        TEST(a_host_that_forbids_threads_is_told_so),
    };
    return cmocka_run_group_tests_name("vendor_interface", tests, NULL, NULL);
}
