// Readers, slots and tokens (PKCS#11 3.2 §§5.5.1 to 5.5.3).
#include <string.h>

#include "stage.h"
#include "statements.h"
#include "support/sweep.h"

// Of the stage's two readers.
enum { kSlots = 4, kMostSlots = 16, kPatience = 5000 };
static const CK_FLAGS kAlways = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT;

static CK_ULONG count_slots(CK_BBOOL with_token) {
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(with_token, NULL, &count), CKR_OK);
    return count;
}

// Without looking for new readers.
static CK_ULONG list_slots(CK_BBOOL with_token, CK_SLOT_ID slots[kMostSlots]) {
    CK_ULONG count = kMostSlots;
    assert_rv(p11->C_GetSlotList(with_token, slots, &count), CKR_OK);
    return count;
}

static CK_FLAGS slot_flags(CK_SLOT_ID slot) {
    CK_SLOT_INFO info;
    assert_rv(p11->C_GetSlotInfo(slot, &info), CKR_OK);
    return info.flags;
}

static void await_slots(CK_BBOOL with_token, CK_ULONG wanted) {
    for (const unsigned long end = now_ms() + kPatience; count_slots(with_token) != wanted; sleep_ms(10))
        if (now_ms() > end) fail_msg("%lu slots, not %lu", count_slots(with_token), wanted);
}

static void assert_no_token(CK_SLOT_ID slot, CK_RV expected) {
    CK_TOKEN_INFO token;
    CK_MECHANISM_INFO mechanism;
    CK_SESSION_HANDLE session = 0;
    CK_ULONG count = 0;
    assert_rv(p11->C_GetTokenInfo(slot, &token), expected);
    assert_rv(p11->C_GetMechanismList(slot, NULL, &count), expected);
    assert_rv(p11->C_GetMechanismInfo(slot, CKM_RSA_PKCS, &mechanism), expected);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session), expected);
    assert_int_equal(session, 0);
}

void statement_023_every_reader_has_two_slots_and_only_those_with_a_card_have_tokens(void** state) {
    (void)state;
    CK_SLOT_ID all[kMostSlots];
    CK_SLOT_ID with_token[kMostSlots];
    assert_int_equal(count_slots(CK_FALSE), kSlots);
    assert_int_equal(list_slots(CK_FALSE, all), kSlots);
    assert_int_equal(list_slots(CK_TRUE, with_token), kTokens);
    for (CK_ULONG i = 0; i < kSlots; ++i)
        assert_int_equal(slot_flags(all[i]), i < kTokens ? kAlways | CKF_TOKEN_PRESENT : kAlways);
    assert_memory_equal(with_token, all, kTokens * sizeof(all[0]));
    assert_int_equal(slot_of(kAuthentication), all[0]);
    assert_int_equal(slot_of(kSignature), all[1]);
    // A card with a signature key alone: its other purpose is empty, which the first access shows.
    stage_insert(kJukiCard);
    assert_int_equal(count_slots(CK_TRUE), kTokens);
    assert_no_token(all[0], CKR_TOKEN_NOT_RECOGNIZED);
    assert_int_equal(slot_flags(all[0]), kAlways);
    assert_int_equal(list_slots(CK_TRUE, with_token), 1);
    assert_int_equal(with_token[0], all[1]);
    assert_int_equal(count_slots(CK_FALSE), kSlots);
}

void statement_024_a_small_slot_list_is_refused_with_the_true_count(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    CK_SLOT_ID before[kMostSlots];
    memset(slots, 0xA5, sizeof(slots));
    memcpy(before, slots, sizeof(before));
    assert_rv(p11->C_GetSlotList(CK_FALSE, slots, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, NULL), CKR_ARGUMENTS_BAD);
    for (CK_BBOOL with_token = CK_FALSE; with_token <= CK_TRUE; ++with_token) {
        const CK_ULONG there = with_token ? kTokens : kSlots;
        for (CK_ULONG small = 0; small < there; ++small) {
            CK_ULONG count = small;
            assert_rv(p11->C_GetSlotList(with_token, slots, &count), CKR_BUFFER_TOO_SMALL);
            assert_int_equal(count, there);
            assert_memory_equal(slots, before, sizeof(slots));
        }
    }
    CK_ULONG count = kMostSlots;
    assert_rv(p11->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
    assert_int_equal(count, kSlots);
    assert_memory_equal(slots + kSlots, before + kSlots, sizeof(slots) - kSlots * sizeof(slots[0]));
}

void statement_025_readers_come_with_a_new_listing_and_their_slots_stay(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    CK_SLOT_ID again[kMostSlots];
    CK_SLOT_INFO info;
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    stage_look_every(5);
    assert_int_equal(initialized_with_card(NULL), 0);
    assert_int_equal(list_slots(CK_FALSE, slots), kSlots);
    const CK_SLOT_ID next = slots[kSlots - 1] + 1;
    stage_plug_in("Virtual PCD 00 02");
    sleep_ms(100);  // it was seen, and yet
    assert_int_equal(list_slots(CK_FALSE, slots), kSlots);
    assert_rv(p11->C_GetSlotInfo(next, &info), CKR_SLOT_ID_INVALID);
    assert_int_equal(count_slots(CK_FALSE), kSlots + 2);
    assert_int_equal(list_slots(CK_FALSE, slots), kSlots + 2);
    assert_int_equal(slots[kSlots], next);
    assert_int_equal(slot_flags(next), kAlways);
    stage_unplug("Virtual PCD 00 00");
    for (const unsigned long end = now_ms() + kPatience; slot_flags(slots[0]) != kAlways && now_ms() < end;)
        sleep_ms(5);
    assert_int_equal(list_slots(CK_FALSE, again), kSlots + 2);
    for (size_t i = 0; i < kSlots + 2; ++i)
        assert_int_equal(slot_flags(slots[i]), kAlways);
    assert_no_token(slots[0], CKR_TOKEN_NOT_PRESENT);
    assert_int_equal(count_slots(CK_FALSE), kSlots);
    assert_rv(p11->C_GetSlotInfo(slots[0], &info), CKR_SLOT_ID_INVALID);
    // Its number was kept for it.
    stage_plug_in("Virtual PCD 00 00");
    await_slots(CK_FALSE, kSlots + 2);
    assert_int_equal(list_slots(CK_FALSE, again), kSlots + 2);
    assert_memory_equal(again, slots, (kSlots + 2) * sizeof(slots[0]));
}

void statement_026_an_unknown_slot_is_invalid_for_all_seven_slot_functions(void** state) {
    (void)state;
    const CK_SLOT_ID unknown[] = {88888, kSlots, ~0UL};
    unsigned functions = 0;
    for (size_t i = 0; i < kSweptFunctions; ++i) {
        if (!sweep_takes_slot(&kSwept[i])) continue;
        ++functions;
        for (size_t j = 0; j < sizeof(unknown) / sizeof(unknown[0]); ++j) {
            sweep_nothing();
            sweep_slot(unknown[j]);
            assert_int_equal(kSwept[i].call(kList3_2), CKR_SLOT_ID_INVALID);
            sweep_scratch(8);
            sweep_slot(unknown[j]);
            assert_int_equal(kSwept[i].call(kList3_2), CKR_SLOT_ID_INVALID);
        }
    }
    assert_int_equal(functions, 7);
}

void statement_028_removable_and_hardware_never_change(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    assert_int_equal(list_slots(CK_FALSE, slots), kSlots);
    for (int step = 0; step < 3; ++step) {
        const int inside = step != 1;
        if (step > 0) vcard_do(inside ? "insert" : "remove");
        await_slots(CK_TRUE, inside ? kTokens : 0);
        for (CK_ULONG i = 0; i < kSlots; ++i)
            assert_int_equal(slot_flags(slots[i]),
                             inside && i < kTokens ? kAlways | CKF_TOKEN_PRESENT : kAlways);
    }
}

void statement_029_no_card_is_not_present_and_a_foreign_card_is_not_recognized(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    assert_int_equal(list_slots(CK_FALSE, slots), kSlots);
    for (CK_ULONG i = kTokens; i < kSlots; ++i)
        assert_no_token(slots[i], CKR_TOKEN_NOT_PRESENT);
    assert_int_equal(vcard_apdus(), 0);
    stage_set("family=bank");
    // Until somebody asks, any card may be one of ours.
    assert_int_equal(count_slots(CK_TRUE), kTokens);
    for (CK_ULONG i = 0; i < kTokens; ++i) {
        assert_int_equal(slot_flags(slots[i]), kAlways | CKF_TOKEN_PRESENT);
        assert_no_token(slots[i], CKR_TOKEN_NOT_RECOGNIZED);
        assert_int_equal(slot_flags(slots[i]), kAlways);
    }
    assert_int_equal(count_slots(CK_TRUE), 0);
    // One question for each purpose, and the card had its say.
    assert_in_range(vcard_apdus_steady(), 1, kTokens);
    stage_insert(kDefaultCard);
    assert_int_equal(count_slots(CK_TRUE), kTokens);
    assert_int_equal(slot_of(kAuthentication), slots[0]);
}
