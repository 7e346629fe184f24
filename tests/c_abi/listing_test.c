// Listing readers and cards: what it costs, and the ways in which programs begin it (PKCS#11 3.2 §5.5).
#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kMostSlots = 16 };

static void an_unchanged_card_costs_no_apdu_on_any_listing(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    (void)slot_of(kSignature);
    const unsigned long before = vcard_apdus_steady();
    for (int i = 0; i < 20; ++i) {
        CK_SLOT_INFO info;
        assert_int_equal(slots_with_token(slots, kMostSlots), kTokens);
        assert_rv(p11->C_GetSlotInfo(slots[0], &info), CKR_OK);
        assert_int_equal(info.flags, CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT);
    }
    assert_int_equal(vcard_apdus_steady(), before);
}

// GnuTLS begins so, and never asks for the count alone.
static void the_first_slot_list_may_come_with_a_buffer(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    CK_ULONG count = 0;
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    for (const unsigned long end = now_ms() + 5000; count == 0 && now_ms() < end; sleep_ms(10)) {
        count = kMostSlots;
        assert_rv(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    }
    assert_int_equal(count, kTokens);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(an_unchanged_card_costs_no_apdu_on_any_listing),
        TEST(the_first_slot_list_may_come_with_a_buffer),
    };
    return cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
