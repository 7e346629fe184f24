// What is visible when, and searches (PKCS#11 3.2 §§5.7.3 to 5.7.9, pkcs11.md §2.3).
#include <string.h>

#include "support/ban.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kMost = 16 };

struct census {
    CK_ULONG certificates;
    CK_ULONG public_keys;
    CK_ULONG private_keys;
    CK_ULONG profiles;
};

static void assert_census(CK_SESSION_HANDLE session, struct census expected) {
    CK_OBJECT_HANDLE found[kMost];
    assert_int_equal(find_objects(session, CKO_CERTIFICATE, found, kMost), expected.certificates);
    assert_int_equal(find_objects(session, CKO_PUBLIC_KEY, found, kMost), expected.public_keys);
    assert_int_equal(find_objects(session, CKO_PRIVATE_KEY, found, kMost), expected.private_keys);
    assert_int_equal(find_objects(session, CKO_PROFILE, found, kMost), expected.profiles);
    assert_int_equal(find_objects(session, CKO_DATA, found, kMost), 0);
    assert_int_equal(find_objects(session, CKO_HW_FEATURE, found, kMost), 0);
    assert_int_equal(
        find_objects(session, ~0UL, found, kMost),
        expected.certificates + expected.public_keys + expected.private_keys + expected.profiles);
}

static void exactly_the_objects_of_each_state_are_found(void** state) {
    (void)state;
    static const struct census kPublic[kTokens] = {{2, 1, 0, 4}, {1, 0, 0, 3}};
    static const struct census kUser[kTokens] = {{2, 1, 1, 4}, {2, 1, 1, 3}};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_census(session, kPublic[token]);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_census(session, kUser[token]);
        assert_rv(p11->C_Logout(session), CKR_OK);
        assert_census(session, kPublic[token]);
    }
}

static void private_objects_do_not_show_even_when_asked_for(void** state) {
    (void)state;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE wanted = {CKA_PRIVATE, &yes, sizeof(yes)};
    CK_OBJECT_HANDLE found[kMost];
    CK_ULONG count = 99;
    const CK_SESSION_HANDLE session = open_session(kSignature, 0);
    assert_rv(p11->C_FindObjectsInit(session, &wanted, 1), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
    assert_int_equal(count, 0);
}

static void private_handles_die_with_the_login_and_public_ones_do_not(void** state) {
    (void)state;
    CK_BYTE value[8];
    CK_ATTRIBUTE attribute = {CKA_CLASS, value, sizeof(value)};
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    const CK_OBJECT_HANDLE certificate = find_user_certificate(session);
    assert_rv(p11->C_Logout(session), CKR_OK);
    assert_rv(p11->C_GetAttributeValue(session, key, &attribute, 1), CKR_OBJECT_HANDLE_INVALID);
    assert_rv(log_in(session, kFacts[kAuthentication].pin), CKR_OK);
    assert_rv(p11->C_GetAttributeValue(session, key, &attribute, 1), CKR_OBJECT_HANDLE_INVALID);
    assert_rv(p11->C_GetAttributeValue(session, certificate, &attribute, 1), CKR_OK);
    assert_int_not_equal(find_key(session, CKO_PRIVATE_KEY), key);
}

static void the_signature_certificate_is_unreadable_after_logout(void** state) {
    (void)state;
    CK_BYTE value[4096];
    CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
    const CK_SESSION_HANDLE session = open_logged_in(kSignature);
    const CK_OBJECT_HANDLE certificate = find_user_certificate(session);
    assert_rv(p11->C_GetAttributeValue(session, certificate, &attribute, 1), CKR_OK);
    assert_rv(p11->C_Logout(session), CKR_OK);
    attribute.ulValueLen = sizeof(value);
    assert_rv(p11->C_GetAttributeValue(session, certificate, &attribute, 1), CKR_OBJECT_HANDLE_INVALID);
}

static void sessions_agree_on_handles(void** state) {
    (void)state;
    const CK_SESSION_HANDLE first = open_logged_in(kAuthentication);
    const CK_SESSION_HANDLE second = open_session(kAuthentication, CKF_RW_SESSION);
    assert_int_equal(find_key(first, CKO_PRIVATE_KEY), find_key(second, CKO_PRIVATE_KEY));
    assert_int_equal(find_user_certificate(first), find_user_certificate(second));
}

static void one_at_a_time_finds_the_same_as_all_at_once(void** state) {
    (void)state;
    CK_OBJECT_HANDLE all[kMost];
    CK_ULONG count = 99;
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const CK_ULONG total = find_objects(session, ~0UL, all, kMost);
    assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
    for (CK_ULONG i = 0; i < total; ++i) {
        CK_OBJECT_HANDLE one[2] = {0, 0xA5A5};
        assert_rv(p11->C_FindObjects(session, one, 0, &count), CKR_OK);
        assert_int_equal(count, 0);
        assert_rv(p11->C_FindObjects(session, one, 1, &count), CKR_OK);
        assert_int_equal(count, 1);
        assert_int_equal(one[0], all[i]);
        assert_int_equal(one[1], 0xA5A5);
    }
    for (int i = 0; i < 3; ++i) {
        assert_rv(p11->C_FindObjects(session, all, kMost, &count), CKR_OK);
        assert_int_equal(count, 0);
    }
}

static void a_search_begins_once_and_ends_once(void** state) {
    (void)state;
    CK_OBJECT_HANDLE found[kMost];
    CK_ULONG count = 0;
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
    assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OPERATION_ACTIVE);
    assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
    assert_int_equal(count, 7);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
}

static void templates_match_octet_by_octet(void** state) {
    (void)state;
    CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    CK_BYTE id[] = {0x01};
    CK_OBJECT_HANDLE found[kMost];
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    struct {
        CK_ATTRIBUTE list[2];
        CK_ULONG size;
        CK_ULONG hits;
    } rows[] = {
        {{{CKA_CLASS, &class, sizeof(class)}, {CKA_ID, id, 1}}, 2, 1},
        {{{CKA_CLASS, &class, sizeof(class)}, {CKA_CLASS, &class, sizeof(class)}}, 2, 2},
        {{{CKA_CLASS, &class, 4}}, 1, 0},                               // half a CK_ULONG
        {{{CKA_CLASS, &class, sizeof(class)}, {CKA_ID, id, 0}}, 2, 0},  // an empty ID
        {{{CKA_CLASS, &class, sizeof(class)}, {CKA_URL, NULL, 0}}, 2, 2},
        {{{0x8A5A5A5AUL, id, 1}}, 1, 0},
        {{{CKA_PRIVATE_EXPONENT, id, 1}}, 1, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        CK_ULONG count = 99;
        assert_rv(p11->C_FindObjectsInit(session, rows[i].list, rows[i].size), CKR_OK);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
        if (count != rows[i].hits) fail_msg("row %zu: %lu hits, not %lu", i, count, rows[i].hits);
    }
}

static void a_search_by_class_and_id_reads_nothing_from_the_card(void** state) {
    (void)state;
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    CK_BYTE id[] = {0x01};
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_ID, id, 1}};
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const unsigned long before = vcard_apdus_settled();
    assert_rv(p11->C_FindObjectsInit(session, wanted, 2), CKR_OK);
    assert_int_equal(vcard_apdus_settled(), before);
}

static void objects_can_be_neither_copied_nor_changed_nor_destroyed(void** state) {
    (void)state;
    CK_OBJECT_HANDLE found[kMost];
    CK_OBJECT_HANDLE copy = 0;
    const CK_SESSION_HANDLE session = open_session(kAuthentication, CKF_RW_SESSION);
    const CK_ULONG count = find_objects(session, ~0UL, found, kMost);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_ULONG size = 0;
        assert_rv(p11->C_CopyObject(session, found[i], NULL, 0, &copy), CKR_ACTION_PROHIBITED);
        assert_rv(p11->C_SetAttributeValue(session, found[i], NULL, 0), CKR_ACTION_PROHIBITED);
        assert_rv(p11->C_DestroyObject(session, found[i]), CKR_ACTION_PROHIBITED);
        assert_rv(p11->C_GetObjectSize(session, found[i], &size), CKR_OK);
        assert_rv(p11->C_GetObjectSize(session, found[i], NULL), CKR_ARGUMENTS_BAD);
        assert_in_range(size, 1, 65536);
    }
    const CK_OBJECT_HANDLE bad[] = {0, 77777};
    for (size_t i = 0; i < 2; ++i) {
        assert_rv(p11->C_CopyObject(session, bad[i], NULL, 0, &copy), CKR_OBJECT_HANDLE_INVALID);
        assert_rv(p11->C_SetAttributeValue(session, bad[i], NULL, 0), CKR_OBJECT_HANDLE_INVALID);
        assert_rv(p11->C_DestroyObject(session, bad[i]), CKR_OBJECT_HANDLE_INVALID);
    }
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(exactly_the_objects_of_each_state_are_found),
        TEST(private_objects_do_not_show_even_when_asked_for),
        TEST(private_handles_die_with_the_login_and_public_ones_do_not),
        TEST(the_signature_certificate_is_unreadable_after_logout),
        TEST(sessions_agree_on_handles),
        TEST(one_at_a_time_finds_the_same_as_all_at_once),
        TEST(a_search_begins_once_and_ends_once),
        TEST(templates_match_octet_by_octet),
        TEST(a_search_by_class_and_id_reads_nothing_from_the_card),
        TEST(objects_can_be_neither_copied_nor_changed_nor_destroyed),
    };
    return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
