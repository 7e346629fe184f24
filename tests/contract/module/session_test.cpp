// Sessions: opening, closing, states, and what is refused.
#include "world.hpp"

namespace jpki::testing {

class Sessions : public World {
  protected:
    void SetUp() override { initialize(); }
};

TEST_F(Sessions, FlagsAreJudgedAndHandlesNeverRepeat) {
    CK_SESSION_HANDLE session = 0;
    EXPECT_EQ(C_OpenSession(kAuth, 0, nullptr, nullptr, &session), CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    EXPECT_EQ(C_OpenSession(kAuth, CKF_SERIAL_SESSION | CKF_ASYNC_SESSION, nullptr, nullptr, &session),
              CKR_SESSION_ASYNC_NOT_SUPPORTED);
    EXPECT_EQ(C_OpenSession(kAuth, CKF_SERIAL_SESSION, nullptr, nullptr, nullptr), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_OpenSession(88888, CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_SLOT_ID_INVALID);
    const CK_SESSION_HANDLE first = open(kAuth);
    EXPECT_NE(first, 0U);
    EXPECT_EQ(C_CloseSession(first), CKR_OK);
    EXPECT_NE(open(kAuth), first);
    EXPECT_EQ(C_CloseSession(first), CKR_SESSION_HANDLE_INVALID);
}

TEST_F(Sessions, StatesFollowTheLoginOfTheirOwnToken) {
    const CK_SESSION_HANDLE read_only = open(kAuth);
    const CK_SESSION_HANDLE read_write = open(kAuth, true);
    const CK_SESSION_HANDLE other = open(kSign);
    ASSERT_EQ(login(read_only, kAuthPin), CKR_OK);
    EXPECT_EQ(state(read_only), CKS_RO_USER_FUNCTIONS);
    EXPECT_EQ(state(read_write), CKS_RW_USER_FUNCTIONS);
    EXPECT_EQ(state(other), CKS_RO_PUBLIC_SESSION);
    EXPECT_EQ(state(open(kAuth)), CKS_RO_USER_FUNCTIONS);
    ASSERT_EQ(C_Logout(read_write), CKR_OK);
    EXPECT_EQ(state(read_only), CKS_RO_PUBLIC_SESSION);
}

TEST_F(Sessions, ClosingAllConcernsOneSlotOnly) {
    const CK_SESSION_HANDLE authentication = open(kAuth);
    const CK_SESSION_HANDLE signature = open(kSign);
    EXPECT_EQ(C_CloseAllSessions(kAuth), CKR_OK);
    EXPECT_EQ(C_CloseAllSessions(kAuth), CKR_OK);
    EXPECT_EQ(C_CloseAllSessions(88888), CKR_SLOT_ID_INVALID);
    CK_SESSION_INFO info{};
    EXPECT_EQ(C_GetSessionInfo(authentication, &info), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(C_GetSessionInfo(signature, &info), CKR_OK);
}

TEST_F(Sessions, CancelEndsWhatItNamesAndAlwaysSucceeds) {
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(C_SessionCancel(session, 0), CKR_OK);
    EXPECT_EQ(C_SessionCancel(session, ~0UL), CKR_OK);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)), CKR_OK);
    ASSERT_EQ(C_FindObjectsInit(session, nullptr, 0), CKR_OK);
    EXPECT_EQ(C_SessionCancel(session, CKF_SIGN), CKR_OK);
    CK_ULONG length = 0;
    CK_BYTE data = 0;
    EXPECT_EQ(C_Sign(session, &data, 1, nullptr, &length), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(C_FindObjectsFinal(session), CKR_OK);
}

TEST_F(Sessions, RefusalsHaveTheirOwnCodes) {
    const CK_SESSION_HANDLE session = open(kAuth);
    CK_BYTE octet = 0;
    CK_ULONG length = 0;
    EXPECT_EQ(C_GenerateRandom(session, &octet, 1), CKR_RANDOM_NO_RNG);
    EXPECT_EQ(C_GenerateRandom(session, nullptr, 1), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_SeedRandom(session, &octet, 1), CKR_RANDOM_NO_RNG);
    EXPECT_EQ(C_GetFunctionStatus(session), CKR_FUNCTION_NOT_PARALLEL);
    EXPECT_EQ(C_CancelFunction(session), CKR_FUNCTION_NOT_PARALLEL);
    EXPECT_EQ(C_InitPIN(session, &octet, 1), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(C_InitToken(kAuth, &octet, 1, nullptr), CKR_FUNCTION_NOT_SUPPORTED);
    EXPECT_EQ(C_InitToken(88888, &octet, 1, nullptr), CKR_SLOT_ID_INVALID);
    EXPECT_EQ(C_GetOperationState(session, nullptr, &length), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(C_SetOperationState(session, &octet, 1, 0, 0), CKR_SAVED_STATE_INVALID);
    EXPECT_EQ(C_EncryptInit(session, nullptr, 0), CKR_FUNCTION_NOT_SUPPORTED);
    EXPECT_EQ(C_EncryptInit(0, nullptr, 0), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(C_CreateObject(session, nullptr, 0, nullptr), CKR_FUNCTION_NOT_SUPPORTED);
    CK_FLAGS flags = 9;
    EXPECT_EQ(C_GetSessionValidationFlags(session, CKS_LAST_VALIDATION_OK, &flags), CKR_OK);
    EXPECT_EQ(flags, 0U);
    EXPECT_EQ(C_GetSessionValidationFlags(session, 77, &flags), CKR_ARGUMENTS_BAD);
}

TEST_F(Sessions, HandlesFromBeforeFinalizeStayDead) {
    const CK_SESSION_HANDLE session = open(kAuth);
    const CK_OBJECT_HANDLE object = find(session)[0];
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    CK_SESSION_INFO info{};
    EXPECT_EQ(C_GetSessionInfo(session, &info), CKR_CRYPTOKI_NOT_INITIALIZED);
    initialize();
    EXPECT_EQ(C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
    CK_ATTRIBUTE query{CKA_CLASS, nullptr, 0};
    EXPECT_EQ(C_GetAttributeValue(open(kAuth), object, &query, 1), CKR_OBJECT_HANDLE_INVALID);
}

}  // namespace jpki::testing
