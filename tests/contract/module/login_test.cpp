// PIN safety, compared with the card's own count: what was sent, what it cost, and what was never sent.
#include <gmock/gmock.h>

#include <thread>

#include "world.hpp"

namespace jpki::testing {

class Login : public World {
  protected:
    unsigned verifies() { return oracle().auth_pin.verifies + oracle().sign_pin.verifies; }
};

TEST_F(Login, ThePinOfImpossibleFormNeverReachesTheCard) {
    initialize();
    const CK_SESSION_HANDLE authentication = open(kAuth);
    for (const std::string_view pin : {"123", "12345", "12a4", "abcd", "１２３４", "1234\n", "simply-wrong"})
        EXPECT_EQ(login(authentication, pin), CKR_PIN_INCORRECT) << pin;
    const CK_SESSION_HANDLE signature = open(kSign);
    for (const std::string_view pin :
         {"ABC12", "ABCDEFGH123456789", "ABC-12", "ABC 123", "1234", "ＡＢＣ１２３"})
        EXPECT_EQ(login(signature, pin), CKR_PIN_INCORRECT) << pin;
    EXPECT_EQ(verifies(), 0U);
    EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
    EXPECT_EQ(oracle().sign_pin.tries_left, 5U);
}

// NSS asks its host for a PIN again as long as the answer is CKR_PIN_INCORRECT.
TEST_F(Login, AProgramThatKnowsOneImpossiblePinIsNotAskedForEver) {
    initialize();
    const CK_SESSION_HANDLE authentication = open(kAuth);
    const CK_SESSION_HANDLE signature = open(kSign);
    EXPECT_EQ(login(authentication, ""), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(login(signature, ""), CKR_FUNCTION_CANCELED);
    const std::string long_one(300, '1');
    for (const std::string_view pin : {"12", "simply-wrong", "１２３４", long_one.c_str()}) {
        EXPECT_EQ(login(authentication, pin), CKR_PIN_INCORRECT) << pin;
        EXPECT_EQ(login(authentication, pin), CKR_FUNCTION_CANCELED) << pin;
        EXPECT_EQ(login(authentication, pin), CKR_FUNCTION_CANCELED) << pin;
    }
    // The other token counts for itself, and so does another PIN.
    EXPECT_EQ(login(signature, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(signature, "13"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(signature, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(verifies(), 0U);
}

TEST_F(Login, APossiblePinASuccessAndAnotherStartEndTheCountOfAnImpossibleOne) {
    initialize();
    CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(C_Logout(session), CKR_OK);
    EXPECT_EQ(login(session, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    initialize();
    session = open(kAuth);
    EXPECT_EQ(login(session, "12"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "12"), CKR_FUNCTION_CANCELED);
}

TEST_F(Login, AnImpossiblePinSetsCountLowUntilTheNextSuccess) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, "simply-wrong"), CKR_PIN_INCORRECT);
    EXPECT_NE(token_info(kAuth).flags & CKF_USER_PIN_COUNT_LOW, 0U);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(token_info(kAuth).flags & CKF_USER_PIN_COUNT_LOW, 0U);
}

TEST_F(Login, ThePasswordMayBeTypedInLowerCase) {
    initialize();
    EXPECT_EQ(login(open(kSign), "abc123"), CKR_OK);
    EXPECT_EQ(oracle().sign_pin.failed, 0U);
}

TEST_F(Login, AWrongPinCostsOneTry) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(oracle().auth_pin.tries_left, 2U);
    EXPECT_EQ(verifies(), 1U);
    const CK_TOKEN_INFO info = token_info(kAuth);
    EXPECT_NE(info.flags & CKF_USER_PIN_COUNT_LOW, 0U);
    EXPECT_EQ(info.flags & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED), 0U);
}

TEST_F(Login, TheLastTryIsKept) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "9998"), CKR_PIN_INCORRECT);
    const unsigned before = verifies();
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(verifies(), before);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
    EXPECT_NE(token_info(kAuth).flags & CKF_USER_PIN_FINAL_TRY, 0U);
    // The other token's password is another matter.
    EXPECT_EQ(login(open(kSign), kSignPin), CKR_OK);
}

TEST_F(Login, TheLastTryIsSentWhenTheConfigurationAllowsIt) {
    config.last_try = p11::LastTry::allow;
    initialize();
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 1));
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
}

TEST_F(Login, TheTryThatLocksIsReportedAsLocked) {
    config.last_try = p11::LastTry::allow;
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_LOCKED);
    const unsigned before = verifies();
    EXPECT_EQ(login(session, kAuthPin), CKR_PIN_LOCKED);
    EXPECT_EQ(verifies(), before);
    EXPECT_EQ(
        token_info(kAuth).flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW),
        CKF_USER_PIN_LOCKED);
}

TEST_F(Login, ACardThatAnswers9000WhileSomebodyIsLoggedInIsAskedAgain) {
    ASSERT_TRUE(set("verified-query", "9000"));
    // Somebody left the card logged in.
    readers.as_other_client(
        {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
         {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'}});
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session), CKR_OK);
}

TEST_F(Login, AnUnknownCounterKeepsTheTry) {
    ASSERT_TRUE(set("verified-query", "9000"));
    ASSERT_TRUE(set("other-aid", "keeps"));
    readers.as_other_client(
        {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
         {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'}});
    initialize();
    const unsigned before = verifies();
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(verifies(), before);
}

TEST_F(Login, ASecondLoginIsRefusedWithoutAskingTheCard) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    commands();
    EXPECT_EQ(login(session, "9999"), CKR_USER_ALREADY_LOGGED_IN);
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Login, AKeptLoginIsRenewedSilentlyInLaterLeases) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    for (int i = 0; i < 3; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(180));
        EXPECT_FALSE(second_client_can_sign());
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
}

TEST_F(Login, ALoginIsNotRenewedWhenTheCounterIsNotFull) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(180));
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 2));
    const unsigned before = verifies();
    EXPECT_EQ(sign_document(session), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(verifies(), before);
    EXPECT_EQ(state(session), CKS_RO_PUBLIC_SESSION);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session), CKR_OK);
}

TEST_F(Login, ThePinChangedElsewhereCostsOneTryAndNoMore) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(180));
    readers.as_other_client(
        {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
         {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'},
         {0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18},
         {0x00, 0x24, 0x01, 0x80, 0x04, '5', '6', '7', '8'},
         {0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}});
    EXPECT_EQ(sign_document(session), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(sign_document(session), CKR_KEY_HANDLE_INVALID);
    EXPECT_EQ(oracle().auth_pin.failed, 1U);
    EXPECT_EQ(login(session, "5678"), CKR_OK);
    EXPECT_EQ(sign_document(session), CKR_OK);
}

TEST_F(Login, LoggingOutOfOneTokenLeavesTheOther) {
    initialize();
    const CK_SESSION_HANDLE authentication = open(kAuth);
    const CK_SESSION_HANDLE signature = open(kSign);
    ASSERT_EQ(login(authentication, kAuthPin), CKR_OK);
    ASSERT_EQ(login(signature, kSignPin), CKR_OK);
    EXPECT_EQ(C_Logout(authentication), CKR_OK);
    EXPECT_EQ(C_Logout(authentication), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(sign_document(signature), CKR_OK);
}

TEST_F(Login, ClosingTheLastSessionLogsOut) {
    initialize();
    const CK_SESSION_HANDLE one = open(kAuth);
    const CK_SESSION_HANDLE two = open(kAuth);
    ASSERT_EQ(login(one, kAuthPin), CKR_OK);
    EXPECT_EQ(state(two), CKS_RO_USER_FUNCTIONS);
    EXPECT_EQ(C_CloseSession(one), CKR_OK);
    EXPECT_EQ(state(two), CKS_RO_USER_FUNCTIONS);
    EXPECT_EQ(C_CloseSession(two), CKR_OK);
    EXPECT_EQ(state(open(kAuth)), CKS_RO_PUBLIC_SESSION);
    EXPECT_FALSE(second_client_can_sign());
}

TEST_F(Login, OtherUsersAreRefusedWithoutTheCard) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth, true);
    commands();
    CK_BYTE pin[] = {'1', '2', '3', '4'};
    EXPECT_EQ(C_Login(session, 99, pin, 4), CKR_USER_TYPE_INVALID);
    EXPECT_EQ(C_Login(session, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
    EXPECT_EQ(C_Login(session, CKU_CONTEXT_SPECIFIC, pin, 4), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(C_Login(session, CKU_USER, nullptr, 4), CKR_ARGUMENTS_BAD);
    const CK_SESSION_HANDLE read_only = open(kAuth);
    EXPECT_EQ(C_Login(session, CKU_SO, pin, 4), CKR_SESSION_READ_ONLY_EXISTS);
    EXPECT_EQ(C_CloseSession(read_only), CKR_OK);
    EXPECT_EQ(commands(), 0U);
}

}  // namespace jpki::testing
