// Function lists and interfaces (PKCS#11 3.2 §§3.6, 5.4.3 to 5.4.6). Everything here but C_GetInfo works
// without C_Initialize.
#include <string.h>

#include "support/ban.h"
#include "support/module.h"

static CK_RV ask(const char* name, const CK_VERSION* version, CK_FLAGS flags, CK_INTERFACE** found) {
    char text[32] = "";
    CK_VERSION wanted = version == NULL ? (CK_VERSION){0, 0} : *version;
    if (name != NULL) (void)strncpy(text, name, sizeof(text) - 1);
    return p11->C_GetInterface(name == NULL ? NULL : (CK_UTF8CHAR*)text, version == NULL ? NULL : &wanted,
                               found, flags);
}

static CK_VERSION version_of(const CK_INTERFACE* interface) {
    CK_VERSION version;
    memcpy(&version, interface->pFunctionList, sizeof(version));
    return version;
}

static void assert_version(CK_VERSION version, CK_BYTE major, CK_BYTE minor) {
    assert_int_equal(version.major, major);
    assert_int_equal(version.minor, minor);
}

static void each_list_bears_its_version(void** state) {
    (void)state;
    assert_version(p11_2_40->version, 2, 40);
    assert_version(p11_3_0->version, 3, 0);
    assert_version(p11->version, 3, 2);
}

static const char* const kNames[] = {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) #name,
#include "entry/functions.def"
#undef JPKI_FUNCTION
};
enum { kFunctions = sizeof(kNames) / sizeof(kNames[0]) };

// The n-th pointer of any list: they all begin with a version, padded to a pointer's alignment.
static void* pointer_in(const void* list, size_t n) {
    void* pointer = NULL;
    memcpy(&pointer,
           (const char*)list + offsetof(CK_FUNCTION_LIST, C_Initialize) + n * sizeof(CK_C_Initialize),
           sizeof(pointer));
    return pointer;
}

static void assert_list_is_the_exports_in_order(const void* list, size_t size, int own_get_info) {
    for (size_t i = 0; i < size; ++i) {
        void* exported = NULL;
        find_symbol(kNames[i], &exported);
        void* listed = pointer_in(list, i);
        const int differs = own_get_info && strcmp(kNames[i], "C_GetInfo") == 0;
        if (listed == NULL || (listed == exported) == differs)
            fail_msg("%s is not where the header has it", kNames[i]);
        for (size_t j = 0; j < i; ++j)
            assert_ptr_not_equal(listed, pointer_in(list, j));
    }
}

static void the_lists_hold_the_exported_functions_in_header_order(void** state) {
    (void)state;
    assert_int_equal(kFunctions, 104);
    assert_list_is_the_exports_in_order(p11_2_40, 68, 1);
    assert_list_is_the_exports_in_order(p11_3_0, 92, 1);
    assert_list_is_the_exports_in_order(p11, 104, 0);
}

static void get_info_tells_the_version_of_the_list_it_is_called_through(void** state) {
    (void)state;
    CK_C_GetInfo exported = NULL;
    CK_INFO info;
    find_symbol("C_GetInfo", &exported);
    const struct {
        CK_C_GetInfo get;
        CK_BYTE major;
        CK_BYTE minor;
    } rows[] = {
        {p11_2_40->C_GetInfo, 2, 40}, {p11_3_0->C_GetInfo, 3, 0}, {p11->C_GetInfo, 3, 2}, {exported, 3, 2}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        assert_rv(rows[i].get(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_rv(p11->C_Initialize(NULL), CKR_OK);
        assert_rv(rows[i].get(NULL), CKR_ARGUMENTS_BAD);
        memset(&info, 0, sizeof(info));
        assert_rv(rows[i].get(&info), CKR_OK);
        assert_version(info.cryptokiVersion, rows[i].major, rows[i].minor);
        assert_int_equal(info.flags, 0);
        assert_padded(info.manufacturerID, "JPKI");
        assert_padded(info.libraryDescription, "jpki-pkcs11");
        assert_version(info.libraryVersion, JPKI_VERSION_MAJOR, JPKI_VERSION_MINOR);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
}

static void get_function_list_is_the_2_40_list_every_time(void** state) {
    (void)state;
    CK_C_GetFunctionList exported = NULL;
    CK_FUNCTION_LIST* list = NULL;
    find_symbol("C_GetFunctionList", &exported);
    assert_rv(exported(NULL), CKR_ARGUMENTS_BAD);
    assert_rv(exported(&list), CKR_OK);
    assert_ptr_equal(list, p11_2_40);
    assert_rv(p11->C_GetFunctionList(&list), CKR_OK);
    assert_ptr_equal(list, p11_2_40);
}

static void the_default_interface_is_3_2(void** state) {
    (void)state;
    CK_INTERFACE* found = NULL;
    assert_rv(ask(NULL, NULL, 0, &found), CKR_OK);
    assert_ptr_equal(found->pFunctionList, p11);
    assert_string_equal((const char*)found->pInterfaceName, "PKCS 11");
    assert_int_equal(found->flags, 0);
    assert_rv(ask("PKCS 11", NULL, 0, &found), CKR_OK);
    assert_ptr_equal(found->pFunctionList, p11);
}

static void exact_versions_are_found_with_and_without_the_name(void** state) {
    (void)state;
    const CK_VERSION versions[] = {{2, 40}, {3, 0}, {3, 2}};
    const void* lists[] = {p11_2_40, p11_3_0, p11};
    for (size_t i = 0; i < 3; ++i) {
        CK_INTERFACE* found = NULL;
        assert_rv(ask("PKCS 11", &versions[i], 0, &found), CKR_OK);
        assert_ptr_equal(found->pFunctionList, lists[i]);
        assert_rv(ask(NULL, &versions[i], 0, &found), CKR_OK);
        assert_ptr_equal(found->pFunctionList, lists[i]);
    }
}

static void what_is_not_offered_is_a_bad_argument(void** state) {
    (void)state;
    CK_INTERFACE* found = NULL;
    const CK_VERSION versions[] = {{2, 20}, {2, 4}, {3, 9}, {4, 50}, {0, 0}};
    const char* const names[] = {"PKCS 11 other", "pkcs 11", "PKCS 1", "", "Vendor NSS FIPS Interface"};
    for (size_t i = 0; i < 5; ++i)
        assert_rv(ask("PKCS 11", &versions[i], 0, &found), CKR_ARGUMENTS_BAD);
    for (size_t i = 0; i < 5; ++i)
        assert_rv(ask(names[i], NULL, 0, &found), CKR_ARGUMENTS_BAD);
    // NSS asks for a fork-safe interface first; a card cannot be one.
    assert_rv(ask(NULL, NULL, CKF_INTERFACE_FORK_SAFE, &found), CKR_ARGUMENTS_BAD);
    assert_rv(ask(NULL, NULL, 2, &found), CKR_ARGUMENTS_BAD);
    assert_rv(ask(NULL, NULL, ~0UL, &found), CKR_ARGUMENTS_BAD);
    assert_rv(ask(NULL, NULL, 0, NULL), CKR_ARGUMENTS_BAD);
    assert_null(found);
}

static void the_interface_list_goes_from_new_to_old_and_ends_with_ours(void** state) {
    (void)state;
    CK_INTERFACE interfaces[8];
    CK_ULONG count = 0;
    assert_rv(p11->C_GetInterfaceList(NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInterfaceList(interfaces, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInterfaceList(NULL, &count), CKR_OK);
    assert_int_equal(count, 4);
    count = 8;
    assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_OK);
    assert_int_equal(count, 4);
    const CK_VERSION expected[] = {{3, 2}, {3, 0}, {2, 40}, {1, 1}};
    for (size_t i = 0; i < 4; ++i) {
        CK_INTERFACE* found = NULL;
        const char* name = i < 3 ? "PKCS 11" : "Vendor JPKI";
        assert_string_equal((const char*)interfaces[i].pInterfaceName, name);
        assert_version(version_of(&interfaces[i]), expected[i].major, expected[i].minor);
        assert_rv(ask(name, &expected[i], 0, &found), CKR_OK);
        assert_ptr_equal(found->pFunctionList, interfaces[i].pFunctionList);
    }
}

static void a_short_interface_list_is_left_untouched(void** state) {
    (void)state;
    CK_INTERFACE interfaces[4];
    CK_INTERFACE before[4];
    memset(interfaces, 0xA5, sizeof(interfaces));
    memcpy(before, interfaces, sizeof(before));
    for (CK_ULONG given = 0; given < 4; ++given) {
        CK_ULONG count = given;
        assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(count, 4);
        assert_memory_equal(interfaces, before, sizeof(before));
    }
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_teardown(name, finalized)
    const struct CMUnitTest tests[] = {
        TEST(each_list_bears_its_version),
        TEST(the_lists_hold_the_exported_functions_in_header_order),
        TEST(get_info_tells_the_version_of_the_list_it_is_called_through),
        TEST(get_function_list_is_the_2_40_list_every_time),
        TEST(the_default_interface_is_3_2),
        TEST(exact_versions_are_found_with_and_without_the_name),
        TEST(what_is_not_offered_is_a_bad_argument),
        TEST(the_interface_list_goes_from_new_to_old_and_ends_with_ours),
        TEST(a_short_interface_list_is_left_untouched),
    };
    return cmocka_run_group_tests_name("interfaces", tests, NULL, NULL);
}
