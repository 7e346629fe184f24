// No pcscd: nothing fails, nothing waits (PKCS#11 3.2 §§5.5.1 to 5.5.6).
#include <pthread.h>

#include "support/ban.h"
#include "support/module.h"
#include "support/process.h"

static void there_are_no_slots_and_nobody_waits_for_them(void** state) {
    (void)state;
    CK_ULONG count = 99;
    const unsigned long start = now_ms();
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    assert_int_equal(count, 0);
    for (int i = 0; i < 100; ++i) {
        CK_SLOT_ID slots[4];
        count = 4;
        assert_rv(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
        assert_int_equal(count, 0);
    }
    // 50 ms for the first look; the rest is answered from what is known.
    assert_in_range(now_ms() - start, 0, 1000);
}

static void every_slot_id_is_unknown(void** state) {
    (void)state;
    const CK_SLOT_ID slots[] = {0, 1, 88888, ~0UL};
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); ++i) {
        CK_SLOT_INFO slot;
        CK_TOKEN_INFO token;
        CK_MECHANISM_INFO mechanism;
        CK_SESSION_HANDLE session = 0;
        CK_ULONG count = 0;
        assert_rv(p11->C_GetSlotInfo(slots[i], &slot), CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_GetTokenInfo(slots[i], &token), CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_GetMechanismList(slots[i], NULL, &count), CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_GetMechanismInfo(slots[i], CKM_RSA_PKCS, &mechanism), CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &session),
                  CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_CloseAllSessions(slots[i]), CKR_SLOT_ID_INVALID);
        assert_rv(p11->C_InitToken(slots[i], NULL, 0, NULL), CKR_SLOT_ID_INVALID);
    }
}

static void no_event_comes_and_misuse_is_refused(void** state) {
    (void)state;
    CK_SLOT_ID slot = 0;
    assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
    assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot), CKR_ARGUMENTS_BAD);
}

static void* wait_for_ever(void* answer) {
    CK_SLOT_ID slot = 0;
    *(CK_RV*)answer = p11->C_WaitForSlotEvent(0, &slot, NULL);
    return NULL;
}

// Firefox cancels its wait exactly so.
static void finalize_ends_a_blocked_wait(void** state) {
    (void)state;
    pthread_t waiter;
    CK_RV answer = CKR_OK;
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_ever, &answer), 0);
    sleep_ms(100);
    const unsigned long start = now_ms();
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(pthread_join(waiter, NULL), 0);
    assert_in_range(now_ms() - start, 0, 1000);
    assert_rv(answer, CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void finalize_does_not_wait_for_a_service_either(void** state) {
    (void)state;
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
    const unsigned long start = now_ms();
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_in_range(now_ms() - start, 0, 1000);
}

int main(int argc, char** argv) {
    begin_without_service();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized, finalized)
    const struct CMUnitTest tests[] = {
        TEST(there_are_no_slots_and_nobody_waits_for_them), TEST(every_slot_id_is_unknown),
        TEST(no_event_comes_and_misuse_is_refused),         TEST(finalize_ends_a_blocked_wait),
        TEST(finalize_does_not_wait_for_a_service_either),
    };
    return cmocka_run_group_tests_name("no_service", tests, NULL, NULL);
}
