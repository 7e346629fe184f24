// Slots, tokens and sessions on a card (PKCS#11 3.2 §§5.5, 5.6.1 to 5.6.4).
#include "support/ban.h"
#include "support/process.h"
#include "support/session.h"
#include "support/vcard.h"

enum { kMostSlots = 16 };

static void both_tokens_of_the_card_are_shown_with_one_serial_number(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    CK_TOKEN_INFO info[kTokens];
    assert_int_equal(slots_with_token(slots, kMostSlots), kTokens);
    for (int token = 0; token < kTokens; ++token) {
        assert_rv(p11->C_GetTokenInfo(slots[token], &info[token]), CKR_OK);
        assert_padded(info[token].label, kFacts[token].label);  // authentication first
        assert_padded(info[token].manufacturerID, "JPKI");
        assert_int_equal(info[token].flags,
                         CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED);
    }
    assert_memory_equal(info[0].serialNumber, info[1].serialNumber, sizeof(info[0].serialNumber));
    assert_int_not_equal(info[0].serialNumber[0], ' ');
}

static void an_unchanged_card_costs_no_apdu_on_any_listing(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots];
    (void)slot_of(kSignature);
    const unsigned long before = vcard_apdus_settled();
    for (int i = 0; i < 20; ++i) {
        CK_SLOT_INFO info;
        assert_int_equal(slots_with_token(slots, kMostSlots), kTokens);
        assert_rv(p11->C_GetSlotInfo(slots[0], &info), CKR_OK);
        assert_int_equal(info.flags, CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT);
    }
    assert_int_equal(vcard_apdus_settled(), before);
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

static void a_slot_list_buffer_that_is_too_small_is_left_untouched(void** state) {
    (void)state;
    CK_SLOT_ID slots[kMostSlots] = {0xA5A5, 0xA5A5};
    CK_ULONG count = 1;
    assert_rv(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(count, 2);
    assert_int_equal(slots[0], 0xA5A5);
}

static void impossible_sessions_are_refused(void** state) {
    (void)state;
    CK_SESSION_HANDLE session = 0;
    const CK_SLOT_ID slot = slot_of(kAuthentication);
    assert_rv(p11->C_OpenSession(slot, 0, NULL, NULL, &session), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL, &session),
              CKR_SESSION_ASYNC_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(session, 0);
}

static void a_session_knows_its_slot_and_flags_until_it_is_closed(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    const CK_SESSION_HANDLE reading = open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE writing = open_session(kSignature, CKF_RW_SESSION);
    assert_rv(p11->C_GetSessionInfo(reading, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetSessionInfo(reading, &info), CKR_OK);
    assert_int_equal(info.slotID, slot_of(kAuthentication));
    assert_int_equal(info.flags, CKF_SERIAL_SESSION);
    assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
    assert_rv(p11->C_GetSessionInfo(writing, &info), CKR_OK);
    assert_int_equal(info.slotID, slot_of(kSignature));
    assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
    assert_rv(p11->C_CloseSession(reading), CKR_OK);
    assert_rv(p11->C_CloseSession(reading), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_GetSessionInfo(writing, &info), CKR_OK);
}

static void the_session_counters_follow(void** state) {
    (void)state;
    CK_TOKEN_INFO info;
    const CK_SLOT_ID slot = slot_of(kAuthentication);
    (void)open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE writing = open_session(kAuthentication, CKF_RW_SESSION);
    assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
    assert_int_equal(info.ulSessionCount, 2);
    assert_int_equal(info.ulRwSessionCount, 1);
    assert_rv(p11->C_CloseSession(writing), CKR_OK);
    assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
    assert_int_equal(info.ulSessionCount, 1);
    assert_int_equal(info.ulRwSessionCount, 0);
    assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
    assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
    assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
    assert_int_equal(info.ulSessionCount, 0);
}

static void closing_all_sessions_of_one_token_leaves_the_others(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    const CK_SESSION_HANDLE authentication = open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE signature = open_session(kSignature, 0);
    assert_rv(p11->C_CloseAllSessions(slot_of(kAuthentication)), CKR_OK);
    assert_rv(p11->C_GetSessionInfo(authentication, &info), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_GetSessionInfo(signature, &info), CKR_OK);
}

static void handles_from_before_finalize_never_come_back(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    CK_BYTE buffer[8];
    CK_ATTRIBUTE attribute = {CKA_TOKEN, buffer, sizeof(buffer)};
    const CK_SESSION_HANDLE before = open_session(kAuthentication, 0);
    const CK_OBJECT_HANDLE object = find_user_certificate(before);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(initialized_with_card(NULL), 0);
    const CK_SESSION_HANDLE after = open_session(kAuthentication, 0);
    assert_int_not_equal(after, before);
    assert_rv(p11->C_GetSessionInfo(before, &info), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_GetAttributeValue(after, object, &attribute, 1), CKR_OBJECT_HANDLE_INVALID);
}

static void fifty_cycles_with_card_keep_no_files_and_no_threads(void** state) {
    (void)state;
    (void)open_session(kAuthentication, 0);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    const unsigned threads = count_threads_settled(1);
    const unsigned files = count_files();
    for (int cycle = 0; cycle < 50; ++cycle) {
        assert_int_equal(initialized_with_card(NULL), 0);
        (void)open_session(kAuthentication, 0);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
    }
    assert_int_equal(count_threads_settled(threads), threads);
    assert_int_equal(count_files(), files);
}

static void removing_the_card_closes_the_sessions_of_both_tokens(void** state) {
    (void)state;
    CK_SESSION_INFO info;
    CK_SLOT_ID slots[kMostSlots];
    const CK_SESSION_HANDLE authentication = open_session(kAuthentication, 0);
    const CK_SESSION_HANDLE signature = open_session(kSignature, 0);
    vcard_do("remove");
    const unsigned long end = now_ms() + 5000;
    while (p11->C_GetSessionInfo(authentication, &info) == CKR_OK && now_ms() < end)
        sleep_ms(20);
    vcard_do("insert");
    while (slots_with_token(slots, kMostSlots) != kTokens && now_ms() < end + 5000)
        sleep_ms(20);
    assert_int_equal(slots_with_token(slots, kMostSlots), kTokens);
    assert_rv(p11->C_GetSessionInfo(authentication, &info), CKR_SESSION_HANDLE_INVALID);
    assert_rv(p11->C_GetSessionInfo(signature, &info), CKR_SESSION_HANDLE_INVALID);
    // NSS answers SESSION_HANDLE_INVALID by sending the PIN once more, unasked.
    assert_rv(log_in(authentication, kFacts[kAuthentication].pin), CKR_DEVICE_REMOVED);
    assert_rv(log_in(88888, kFacts[kAuthentication].pin), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(vcard_oracle("auth_pin", "verifies"), 0);
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(both_tokens_of_the_card_are_shown_with_one_serial_number),
        TEST(an_unchanged_card_costs_no_apdu_on_any_listing),
        TEST(the_first_slot_list_may_come_with_a_buffer),
        TEST(a_slot_list_buffer_that_is_too_small_is_left_untouched),
        TEST(impossible_sessions_are_refused),
        TEST(a_session_knows_its_slot_and_flags_until_it_is_closed),
        TEST(the_session_counters_follow),
        TEST(closing_all_sessions_of_one_token_leaves_the_others),
        TEST(handles_from_before_finalize_never_come_back),
        TEST(fifty_cycles_with_card_keep_no_files_and_no_threads),
        TEST(removing_the_card_closes_the_sessions_of_both_tokens),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
