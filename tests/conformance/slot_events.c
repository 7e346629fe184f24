// C_WaitForSlotEvent (PKCS#11 3.2 §5.5.4).
#include <pthread.h>
#include <stdatomic.h>

#include "stage.h"
#include "statements.h"

enum { kMostSlots = 16 };

static CK_RV next_event(CK_FLAGS flags, CK_SLOT_ID* slot) {
    return p11->C_WaitForSlotEvent(flags, slot, NULL);
}

void statement_036_an_insertion_is_one_event_for_each_slot(void** state) {
    (void)state;
    CK_SLOT_ID slot = 88888;
    const CK_SLOT_ID slots[kTokens] = {slot_of(kAuthentication), slot_of(kSignature)};
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_rv(p11->C_Initialize(NULL), CKR_OK);
    // What was there already did not happen.
    for (int i = 0; i < 20; ++i)
        assert_rv(next_event(CKF_DONT_BLOCK, &slot), CKR_NO_EVENT);
    const char* const steps[] = {"remove", "insert", "remove", "insert"};
    for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); ++step) {
        vcard_do(steps[step]);
        assert_rv(next_event(0, &slot), CKR_OK);
        assert_int_equal(slot, slots[kAuthentication]);
        assert_rv(next_event(CKF_DONT_BLOCK, &slot), CKR_OK);
        assert_int_equal(slot, slots[kSignature]);
        for (int i = 0; i < 20; ++i)
            assert_rv(next_event(CKF_DONT_BLOCK, &slot), CKR_NO_EVENT);
        CK_SLOT_INFO info;
        assert_rv(p11->C_GetSlotInfo(slots[kSignature], &info), CKR_OK);
        assert_int_equal((info.flags & CKF_TOKEN_PRESENT) != 0, step % 2 == 1);
    }
}

struct waiter {
    pthread_t thread;
    CK_RV answer;
    CK_SLOT_ID slot;
    atomic_bool returned;
};

static void* wait_for_ever(void* argument) {
    struct waiter* waiter = argument;
    waiter->answer = next_event(0, &waiter->slot);
    atomic_store(&waiter->returned, 1);
    return NULL;
}

static void begin_waiting(struct waiter* waiter) {
    *waiter = (struct waiter){.slot = 88888};
    assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_ever, waiter), 0);
    sleep_ms(50);
    assert_false(atomic_load(&waiter->returned));
}

void statement_037_finalize_wakes_a_waiting_thread(void** state) {
    (void)state;
    enum { kWaiters = 3 };
    // Firefox cancels its wait exactly so, and begins anew.
    for (int round = 0; round < 2; ++round) {
        struct waiter waiters[kWaiters];
        for (size_t i = 0; i < kWaiters; ++i)
            begin_waiting(&waiters[i]);
        const unsigned long start = now_ms();
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
        for (size_t i = 0; i < kWaiters; ++i) {
            assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
            assert_rv(waiters[i].answer, CKR_CRYPTOKI_NOT_INITIALIZED);
        }
        assert_in_range(now_ms() - start, 0, 1000);
        assert_int_equal(initialized_with_card(NULL), 0);
    }
    (void)open_logged_in(kAuthentication);
}

void statement_038_waiting_with_wrong_arguments_is_refused(void** state) {
    (void)state;
    CK_SLOT_ID slot = 88888;
    const CK_FLAGS flags[] = {0, CKF_DONT_BLOCK};
    for (size_t i = 0; i < 2; ++i) {
        assert_rv(p11->C_WaitForSlotEvent(flags[i], NULL, NULL), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_WaitForSlotEvent(flags[i], &slot, &slot), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_WaitForSlotEvent(flags[i], NULL, &slot), CKR_ARGUMENTS_BAD);
    }
    assert_int_equal(slot, 88888);
}

static unsigned long time_of_signatures(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    const unsigned long start = now_ms();
    for (int i = 0; i < 20; ++i) {
        CK_BYTE signature[256];
        assert_rv(sign_text(session, key, "beside a waiting thread", signature), CKR_OK);
    }
    return now_ms() - start;
}

void statement_039_a_waiting_thread_hinders_no_signature(void** state) {
    (void)state;
    struct waiter waiter;
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    const unsigned long alone = time_of_signatures(session, key);
    begin_waiting(&waiter);
    // One look at the readers, which may fall into it, and generous room for a busy machine.
    assert_in_range(time_of_signatures(session, key), 0, 4 * alone + 300);
    // The next lease, too.
    sleep_ms(150);
    assert_in_range(time_of_signatures(session, key), 0, 4 * alone + 300);
    assert_false(atomic_load(&waiter.returned));
    vcard_do("remove");
    assert_int_equal(pthread_join(waiter.thread, NULL), 0);
    assert_rv(waiter.answer, CKR_OK);
    vcard_do("insert");
    assert_int_equal(wait_for_card(), 0);
}

static atomic_bool stop;

static atomic_uint events;

static void* take_events(void* wrong) {
    while (!atomic_load(&stop)) {
        CK_SLOT_ID slot = 88888;
        const CK_RV rv = next_event(CKF_DONT_BLOCK, &slot);
        if (rv == CKR_OK) (void)atomic_fetch_add(&events, 1);
        if (rv != CKR_OK && rv != CKR_NO_EVENT) atomic_store((atomic_ulong*)wrong, rv);
    }
    return NULL;
}

static void* list_slots(void* wrong) {
    while (!atomic_load(&stop)) {
        CK_SLOT_ID slots[kMostSlots];
        CK_ULONG count = 0;
        CK_RV rv = p11->C_GetSlotList(CK_FALSE, NULL, &count);
        count = kMostSlots;
        if (rv == CKR_OK) rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
        for (CK_ULONG i = 0; rv == CKR_OK && i < count; ++i) {
            CK_SLOT_INFO info;
            CK_TOKEN_INFO token;
            rv = p11->C_GetSlotInfo(slots[i], &info);
            // The other lister may have looked for readers meanwhile, and the card may be on its way out.
            if (rv == CKR_OK) (void)p11->C_GetTokenInfo(slots[i], &token);
            if (rv == CKR_SLOT_ID_INVALID) rv = CKR_OK;
        }
        if (rv != CKR_OK) atomic_store((atomic_ulong*)wrong, rv);
    }
    return NULL;
}

void statement_040_waiting_and_listing_survive_a_vanishing_reader(void** state) {
    (void)state;
    void* (*const bodies[])(void*) = {take_events, take_events, list_slots, list_slots};
    enum { kBodies = sizeof(bodies) / sizeof(bodies[0]) };
    pthread_t threads[kBodies];
    struct waiter waiter;
    atomic_ulong wrong = CKR_OK;
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    stage_look_every(1);
    assert_int_equal(initialized_with_card(NULL), 0);
    atomic_store(&stop, 0);
    for (size_t i = 0; i < kBodies; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], &wrong), 0);
    waiter = (struct waiter){.slot = 88888};
    assert_int_equal(pthread_create(&waiter.thread, NULL, wait_for_ever, &waiter), 0);
    for (int round = 0; round < 100; ++round) {
        stage_unplug("Virtual PCD 00 00");
        sleep_ms(2);
        stage_plug_in("Virtual PCD 00 00");
        sleep_ms(2);
    }
    atomic_store(&stop, 1);
    for (size_t i = 0; i < kBodies; ++i)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_rv(atomic_load(&wrong), CKR_OK);
    assert_true(atomic_load(&events) > 10);
    assert_int_equal(wait_for_card(), 0);
    (void)open_logged_in(kSignature);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(pthread_join(waiter.thread, NULL), 0);
}
