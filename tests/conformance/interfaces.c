// Function lists and interfaces (PKCS#11 3.2 §§3.6, 5.4.3 to 5.4.6). Without a card, tests/c_abi asks more of
// them.
#include <string.h>

#include "stage.h"
#include "statements.h"

static const struct {
    const void** list;
    CK_VERSION version;
    size_t functions;
} kLists[] = {
    {(const void**)&p11, {3, 2}, 104},
    {(const void**)&p11_3_0, {3, 0}, 92},
    {(const void**)&p11_2_40, {2, 40}, 68},
};
enum { kListCount = sizeof(kLists) / sizeof(kLists[0]) };

static char standard[] = "PKCS 11";

static void assert_version(CK_VERSION version, CK_VERSION expected) {
    assert_int_equal(version.major, expected.major);
    assert_int_equal(version.minor, expected.minor);
}

static CK_VERSION version_of(const void* list) {
    CK_VERSION version;
    memcpy(&version, list, sizeof(version));
    return version;
}

// The older lists are beginnings of the newest.
static const struct {
    const char* name;
    size_t offset;
} kMembers[] = {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    {#name, offsetof(CK_FUNCTION_LIST_3_2, name)},
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

void statement_017_each_list_has_its_version_and_all_its_functions_in_order(void** state) {
    (void)state;
    assert_int_equal(sizeof(kMembers) / sizeof(kMembers[0]), 104);
    assert_int_equal(sizeof(CK_FUNCTION_LIST_3_2), 840);
    for (size_t i = 0; i < kListCount; ++i) {
        const char* list = *kLists[i].list;
        assert_version(version_of(list), kLists[i].version);
        for (size_t n = 0; n < kLists[i].functions; ++n) {
            void* exported = NULL;
            void* listed = NULL;
            find_symbol(kMembers[n].name, &exported);
            memcpy(&listed, list + kMembers[n].offset, sizeof(listed));
            assert_non_null(listed);
            // C_GetInfo tells the version of its list, so the older two have their own.
            const int own = i > 0 && strcmp(kMembers[n].name, "C_GetInfo") == 0;
            if ((listed == exported) == own) fail_msg("%s is not where the header has it", kMembers[n].name);
        }
    }
}

void statement_018_get_info_reports_the_version_of_its_list(void** state) {
    (void)state;
    CK_C_GetInfo exported = NULL;
    find_symbol("C_GetInfo", &exported);
    const CK_C_GetInfo functions[] = {p11->C_GetInfo, p11_3_0->C_GetInfo, p11_2_40->C_GetInfo, exported};
    for (size_t i = 0; i <= kListCount; ++i) {
        CK_INFO info;
        memset(&info, 0xA5, sizeof(info));
        assert_rv(functions[i](NULL), CKR_ARGUMENTS_BAD);
        assert_rv(functions[i](&info), CKR_OK);
        assert_version(info.cryptokiVersion, kLists[i % kListCount].version);
        assert_int_equal(info.flags, 0);
        assert_padded(info.manufacturerID, "JPKI");
        assert_padded(info.libraryDescription, "jpki-pkcs11");
    }
}

void statement_019_the_default_interface_is_the_newest(void** state) {
    (void)state;
    CK_INTERFACE* unnamed = NULL;
    CK_INTERFACE* named = NULL;
    assert_rv(p11->C_GetInterface(NULL, NULL, &unnamed, 0), CKR_OK);
    assert_rv(p11->C_GetInterface((CK_UTF8CHAR*)standard, NULL, &named, 0), CKR_OK);
    assert_ptr_equal(unnamed->pFunctionList, p11);
    assert_ptr_equal(named->pFunctionList, p11);
}

void statement_020_interfaces_are_found_by_exact_name_version_and_flags(void** state) {
    (void)state;
    CK_INTERFACE* found = NULL;
    CK_VERSION unknown[] = {{2, 20}, {3, 1}, {3, 9}, {4, 50}, {0, 0}};
    char names[][16] = {"PKCS 11 other", "pkcs 11", "PKCS 1", ""};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); ++i)
        assert_rv(p11->C_GetInterface((CK_UTF8CHAR*)standard, &unknown[i], &found, 0), CKR_ARGUMENTS_BAD);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i)
        assert_rv(p11->C_GetInterface((CK_UTF8CHAR*)names[i], NULL, &found, 0), CKR_ARGUMENTS_BAD);
    // NSS asks for a fork-safe interface first; a card's cannot be one.
    assert_rv(p11->C_GetInterface(NULL, NULL, &found, CKF_INTERFACE_FORK_SAFE), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInterface(NULL, NULL, &found, 2), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInterface(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
    assert_null(found);
    for (size_t i = 0; i < kListCount; ++i) {
        CK_VERSION version = kLists[i].version;
        assert_rv(p11->C_GetInterface((CK_UTF8CHAR*)standard, &version, &found, 0), CKR_OK);
        assert_ptr_equal(found->pFunctionList, *kLists[i].list);
    }
}

void statement_021_the_interface_list_is_exact_and_small_buffers_are_refused(void** state) {
    (void)state;
    CK_INTERFACE interfaces[kListCount + 1];
    CK_INTERFACE before[kListCount + 1];
    CK_ULONG count = 99;
    memset(interfaces, 0xA5, sizeof(interfaces));
    memcpy(before, interfaces, sizeof(before));
    assert_rv(p11->C_GetInterfaceList(NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetInterfaceList(NULL, &count), CKR_OK);
    assert_int_equal(count, kListCount + 1);
    for (CK_ULONG small = 0; small <= kListCount; ++small) {
        count = small;
        assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(count, kListCount + 1);
        assert_memory_equal(interfaces, before, sizeof(before));
    }
    assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_OK);
    assert_int_equal(count, kListCount + 1);
}

void statement_022_interfaces_are_named_and_begin_with_their_version(void** state) {
    (void)state;
    CK_INTERFACE interfaces[kListCount + 1];
    CK_ULONG count = kListCount + 1;
    assert_rv(p11->C_GetInterfaceList(interfaces, &count), CKR_OK);
    for (size_t i = 0; i < kListCount; ++i) {
        assert_string_equal((const char*)interfaces[i].pInterfaceName, standard);
        assert_int_equal(interfaces[i].flags, 0);
        assert_version(version_of(interfaces[i].pFunctionList), kLists[i].version);
        assert_ptr_equal(interfaces[i].pFunctionList, *kLists[i].list);
    }
    assert_string_equal((const char*)interfaces[kListCount].pInterfaceName, "Vendor JPKI");
    assert_version(version_of(interfaces[kListCount].pFunctionList), (CK_VERSION){1, 1});
}
