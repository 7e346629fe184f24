// Sessions: what is refused, and what a session knows of itself (PKCS#11 3.2 §§5.6.1 to 5.6.4).
#include "stage.h"
#include "statements.h"

void statement_068_impossible_sessions_are_refused_and_handles_not_reused(void** state) {
    (void)state;
    CK_SESSION_HANDLE session = 0;
    const CK_SLOT_ID slot = slot_of(kAuthentication);
    assert_rv(p11->C_OpenSession(slot, 0, NULL, NULL, &session), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_RW_SESSION, NULL, NULL, &session),
              CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, NULL, NULL, &session),
              CKR_SESSION_ASYNC_NOT_SUPPORTED);
    assert_rv(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(session, 0);
    const CK_SESSION_HANDLE first = open_session(kAuthentication, 0);
    assert_int_not_equal(first, CK_INVALID_HANDLE);
    assert_rv(p11->C_CloseSession(first), CKR_OK);
    for (int i = 0; i < 100; ++i) {
        session = open_session(kAuthentication, 0);
        assert_int_not_equal(session, first);
        assert_rv(p11->C_CloseSession(session), CKR_OK);
    }
    assert_rv(p11->C_CloseSession(first), CKR_SESSION_HANDLE_INVALID);
}

void statement_069_session_info_tells_what_was_asked_for(void** state) {
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
}
