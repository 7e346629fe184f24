// jpki-pkcs11-auth.so and jpki-pkcs11-sign.so: one token each, and that one whole.
#include <string.h>

#include "support/ban.h"
#include "support/session.h"

static enum token mine;

static void exactly_one_token_is_shown(void** state) {
    (void)state;
    CK_SLOT_ID slots[16];
    CK_TOKEN_INFO info;
    assert_int_equal(slots_with_token(slots, 16), 1);
    assert_rv(p11->C_GetTokenInfo(slots[0], &info), CKR_OK);
    assert_padded(info.label, kFacts[mine].label);
}

static void empty_readers_have_one_slot_each_too(void** state) {
    (void)state;
    CK_SLOT_ID slots[16];
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    count = 16;
    assert_rv(p11->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
    const char mark = mine == kAuthentication ? 'A' : 'S';
    CK_ULONG readers = 0;
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_SLOT_INFO info;
        assert_rv(p11->C_GetSlotInfo(slots[i], &info), CKR_OK);
        const CK_UTF8CHAR* bracket = memchr(info.slotDescription, '[', sizeof(info.slotDescription));
        assert_non_null(bracket);
        assert_int_equal(bracket[1], mark);
        ++readers;
    }
    assert_int_equal(readers, 2);  // the rig's two virtual readers
}

static void the_other_seat_of_the_reader_is_no_slot(void** state) {
    (void)state;
    CK_SLOT_INFO info;
    const CK_SLOT_ID other = slot_of(mine) ^ 1U;
    assert_rv(p11->C_GetSlotInfo(other, &info), CKR_SLOT_ID_INVALID);
    assert_rv(p11->C_CloseAllSessions(other), CKR_SLOT_ID_INVALID);
}

static void its_key_signs(void** state) {
    (void)state;
    CK_BYTE signature[256];
    const CK_SESSION_HANDLE session = open_logged_in(mine);
    assert_rv(sign_text(session, find_key(session, CKO_PRIVATE_KEY), "one token", signature), CKR_OK);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
    mine = strstr(module_path, "jpki-pkcs11-sign") != NULL ? kSignature : kAuthentication;
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(exactly_one_token_is_shown),
        TEST(empty_readers_have_one_slot_each_too),
        TEST(the_other_seat_of_the_reader_is_no_slot),
        TEST(its_key_signs),
    };
    return cmocka_run_group_tests_name("one_token", tests, NULL, NULL);
}
