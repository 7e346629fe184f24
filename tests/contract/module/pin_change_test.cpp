// C_SetPIN: what is judged before anything is sent, what a wrong old PIN costs, and what holds afterwards.
#include <chrono>
#include <thread>

#include "wiring.hpp"
#include "world.hpp"

namespace jpki::testing {

class PinChange : public World {
  protected:
    void SetUp() override { initialize(); }
    static CK_RV change(CK_SESSION_HANDLE session, std::string_view from, std::string_view to) {
        Bytes old_pin = to_bytes(from);
        Bytes new_pin = to_bytes(to);
        old_pin.push_back('#');
        new_pin.push_back('#');
        return C_SetPIN(session, old_pin.data(), static_cast<CK_ULONG>(from.size()), new_pin.data(),
                        static_cast<CK_ULONG>(to.size()));
    }
};

TEST_F(PinChange, TheNewPinIsJudgedBeforeAnythingIsSent) {
    const CK_SESSION_HANDLE authentication = open(kAuth, true);
    const CK_SESSION_HANDLE signature = open(kSign, true);
    commands();
    EXPECT_EQ(change(authentication, "9999", "123"), CKR_PIN_LEN_RANGE);
    EXPECT_EQ(change(authentication, "9999", "12345"), CKR_PIN_LEN_RANGE);
    EXPECT_EQ(change(authentication, "9999", "12a4"), CKR_PIN_INVALID);
    EXPECT_EQ(change(signature, "WRONG1", "AB12"), CKR_PIN_LEN_RANGE);
    EXPECT_EQ(change(signature, "WRONG1", "ABC-12"), CKR_PIN_INVALID);
    EXPECT_EQ(change(signature, "WRONG1", "ABCDEF"), CKR_PIN_TOO_WEAK);
    EXPECT_EQ(change(signature, "WRONG1", "123456"), CKR_PIN_TOO_WEAK);
    // An old PIN that cannot be right stays here, too.
    EXPECT_EQ(change(authentication, "12345", "4321"), CKR_PIN_INCORRECT);
    EXPECT_EQ(C_SetPIN(authentication, nullptr, 0, nullptr, 0), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(change(open(kAuth), "1234", "4321"), CKR_SESSION_READ_ONLY);
    EXPECT_EQ(commands(), 0U);
}

TEST_F(PinChange, AWrongOldPinCostsOneTryAndChangesNothing) {
    EXPECT_EQ(change(open(kAuth, true), "9999", "4321"), CKR_PIN_INCORRECT);
    EXPECT_EQ(oracle().auth_pin.tries_left, 2U);
    EXPECT_EQ(oracle().auth_pin.changes, 0U);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_OK);
}

TEST_F(PinChange, BothPinsChangeLoggedOutOrIn) {
    for (const auto& [slot, from, to] : {std::tuple{kAuth, kAuthPin, std::string_view("4321")},
                                         std::tuple{kSign, kSignPin, std::string_view("xyz789")}}) {
        const CK_SESSION_HANDLE session = open(slot, true);
        ASSERT_EQ(change(session, from, to), CKR_OK);
        EXPECT_EQ(state(session), CKS_RW_PUBLIC_SESSION);
        EXPECT_FALSE(second_client_can_sign());
        EXPECT_EQ(login(session, from), CKR_PIN_INCORRECT);
        ASSERT_EQ(login(session, to), CKR_OK);
        // Logged in: stays so, with the new PIN for later leases.
        ASSERT_EQ(change(session, to, from), CKR_OK);
        EXPECT_EQ(state(session), CKS_RW_USER_FUNCTIONS);
        EXPECT_FALSE(second_client_can_sign());
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
    EXPECT_EQ(oracle().auth_pin.failed, 1U);
    EXPECT_EQ(oracle().sign_pin.failed, 1U);
}

TEST_F(PinChange, TheLastTryIsKept) {
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 1));
    EXPECT_EQ(change(open(kAuth, true), "1234", "4321"), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

class SlowPinChange : public PinChange {
  protected:
    void SetUp() override {
        p11::Timing impatient;
        impatient.operation = std::chrono::milliseconds(300);
        wire({.readers = &readers, .timing = impatient});
        ASSERT_EQ(C_Initialize(nullptr), CKR_OK);
        (void)slots();
    }
};

TEST_F(SlowPinChange, AnAnswerThatCameTooLateEndsTheLoginAndCostsNoTry) {
    const CK_SESSION_HANDLE session = open(kAuth, true);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    readers.before_command([](ByteView command) {
        if (command.size() > 1 && command[1] == 0x24)
            std::this_thread::sleep_for(std::chrono::milliseconds(600));
    });
    EXPECT_EQ(change(session, kAuthPin, "4321"), CKR_DEVICE_ERROR);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    // The card has the new PIN, which we cannot know; the old one would cost a try.
    EXPECT_EQ(oracle().auth_pin.changes, 1U);
    EXPECT_EQ(state(session), CKS_RW_PUBLIC_SESSION);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)),
              CKR_KEY_HANDLE_INVALID);
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
    EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
    EXPECT_EQ(login(session, "4321"), CKR_OK);
}

}  // namespace jpki::testing
