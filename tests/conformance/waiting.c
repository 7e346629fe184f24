// One thread inside a call, and what the others may expect meanwhile.
#include <pthread.h>
#include <stdatomic.h>

#include "stage.h"
#include "statements.h"

enum { kAtOnce = 100, kThreads = 6 };

static void* wait_for_ever(void* answer) {
    CK_SLOT_ID slot = 0;
    *(CK_RV*)answer = p11->C_WaitForSlotEvent(0, &slot, NULL);
    return NULL;
}

#define assert_at_once(call, expected)                             \
    do {                                                           \
        const unsigned long start = now_ms();                      \
        assert_rv((call), (expected));                             \
        assert_in_range(now_ms() - start, 0, (unsigned)(kAtOnce)); \
    } while (0)

void statement_115_a_waiting_thread_holds_nothing_that_others_need(void** state) {
    (void)state;
    pthread_t waiter;
    CK_RV answer = CKR_OK;
    CK_ULONG count = 0;
    CK_SLOT_INFO slot_info;
    CK_TOKEN_INFO token_info;
    CK_SESSION_HANDLE session = 0;
    const CK_SLOT_ID slot = slot_of(kAuthentication);
    const CK_SESSION_HANDLE before = open_logged_in(kSignature);
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_ever, &answer), 0);
    sleep_ms(50);
    assert_at_once(p11->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
    assert_at_once(p11->C_GetSlotInfo(slot, &slot_info), CKR_OK);
    assert_at_once(p11->C_GetTokenInfo(slot, &token_info), CKR_OK);
    assert_at_once(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
    assert_at_once(p11->C_CloseSession(session), CKR_OK);
    assert_at_once(p11->C_Logout(before), CKR_OK);
    assert_at_once(p11->C_CloseAllSessions(slot), CKR_OK);
    assert_at_once(p11->C_CloseSession(before), CKR_OK);
    const unsigned long start = now_ms();
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(pthread_join(waiter, NULL), 0);
    assert_in_range(now_ms() - start, 0, 1000);
    assert_rv(answer, CKR_CRYPTOKI_NOT_INITIALIZED);
}

struct caller {
    pthread_t thread;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    unsigned signatures;
    CK_RV last;
};

static void* sign_until_refused(void* argument) {
    struct caller* caller = argument;
    for (;; ++caller->signatures) {
        CK_BYTE signature[256];
        caller->last = sign_text(caller->session, caller->key, "until the end", signature);
        if (caller->last != CKR_OK) return NULL;
    }
}

void statement_116_finalize_while_others_sign_is_safe(void** state) {
    (void)state;
    unsigned signatures = 0;  // of all rounds: on a busy machine a short one sees none
    for (unsigned round = 0; round < 8; ++round) {
        struct caller callers[kThreads];
        if (round > 0) assert_int_equal(initialized_with_card(NULL), 0);
        for (int token = 0; token < kTokens; ++token)
            (void)open_logged_in((enum token)token);
        for (size_t i = 0; i < kThreads; ++i) {
            callers[i] =
                (struct caller){.session = open_session(i % 2 == 0 ? kAuthentication : kSignature, 0)};
            callers[i].key = find_key(callers[i].session, CKO_PRIVATE_KEY);
        }
        for (size_t i = 0; i < kThreads; ++i)
            assert_int_equal(pthread_create(&callers[i].thread, NULL, sign_until_refused, &callers[i]), 0);
        sleep_ms(10 + 7 * round);
        assert_rv(p11->C_Finalize(NULL), CKR_OK);
        for (size_t i = 0; i < kThreads; ++i) {
            assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
            assert_rv(callers[i].last, CKR_CRYPTOKI_NOT_INITIALIZED);
            signatures += callers[i].signatures;
        }
        assert_false(stage_another_client_can_sign(kAuthentication));
    }
    assert_true(signatures > 0);
}
