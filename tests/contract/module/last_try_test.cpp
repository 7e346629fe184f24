// JPKI_AllowLastTry: one PIN, of one session with one card, and never a second.
#include "wiring.hpp"
#include "world.hpp"

// After cryptoki.h, which it builds on.
#include "jpki/jpki_pkcs11.h"

namespace jpki::testing {

class LastTryAllowed : public World {
  protected:
    void SetUp() override { initialize(); }

    static CK_RV allow(CK_SESSION_HANDLE session) {
        CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
        CK_INTERFACE* found = nullptr;
        EXPECT_EQ(C_GetInterface(name, nullptr, &found, 0), CKR_OK);
        return static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList)->JPKI_AllowLastTry(session);
    }
    static CK_RV change(CK_SESSION_HANDLE session, std::string_view from, std::string_view to) {
        Bytes old_pin = to_bytes(from);
        Bytes new_pin = to_bytes(to);
        return C_SetPIN(session, old_pin.data(), static_cast<CK_ULONG>(old_pin.size()), new_pin.data(),
                        static_cast<CK_ULONG>(new_pin.size()));
    }
    void one_try_left() {
        ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 1));
        ASSERT_TRUE(set_tries_left(vcard::Role::kSignPin, 1));
    }
    void expect_one_try_kept() {
        EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
        EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    }
    // Somebody else is logged in and the card then gives no number, whatever is selected.
    void unknown_counter() {
        ASSERT_TRUE(set("verified-query", "9000"));
        ASSERT_TRUE(set("other-aid", "keeps"));
        readers.as_other_client(
            {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
             {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'}});
    }
};

TEST_F(LastTryAllowed, TheRightPinLogsInAndFillsTheCounter) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
    EXPECT_EQ(oracle().auth_pin.verifies, 1U);
}

TEST_F(LastTryAllowed, TheRightPinTakesItToo) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    one_try_left();
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, AWrongPinTakesIt) {
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 2));
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, "9999"), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, AskedForTwiceItIsOneAllTheSame) {
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 2));
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, TheWrongPinLocks) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, "9999"), CKR_PIN_LOCKED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 0U);
    EXPECT_EQ(oracle().auth_pin.verifies, 1U);
}

TEST_F(LastTryAllowed, AnImpossiblePinTakesItAlthoughItIsNotSent) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, "12345"), CKR_PIN_INCORRECT);
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

TEST_F(LastTryAllowed, AChangeTakesIt) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth, true);
    EXPECT_EQ(change(session, kAuthPin, "4321"), CKR_FUNCTION_CANCELED);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(change(session, kAuthPin, "4321"), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
    EXPECT_EQ(oracle().auth_pin.changes, 1U);
    one_try_left();
    EXPECT_EQ(change(session, "4321", kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(login(session, "4321"), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, AChangeToAnImpossiblePinTakesItAndSendsNothing) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth, true);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(change(session, kAuthPin, "12345"), CKR_PIN_LEN_RANGE);
    EXPECT_EQ(change(session, kAuthPin, "4321"), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

TEST_F(LastTryAllowed, ItDoesNotOutliveALogin) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, kAuthPin), CKR_USER_ALREADY_LOGGED_IN);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    one_try_left();
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, TheOtherTokenHasNoPartInIt) {
    one_try_left();
    const CK_SESSION_HANDLE signature = open(kSign);
    ASSERT_EQ(allow(signature), CKR_OK);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
    // Nor has it taken the permission away.
    EXPECT_EQ(login(signature, kSignPin), CKR_OK);
}

TEST_F(LastTryAllowed, AnotherSessionHasNoPartInIt) {
    one_try_left();
    const CK_SESSION_HANDLE asked = open(kAuth);
    const CK_SESSION_HANDLE other = open(kAuth, true);
    ASSERT_EQ(allow(asked), CKR_OK);
    EXPECT_EQ(login(other, "9999"), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(change(other, "9999", "4321"), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
    EXPECT_EQ(login(asked, kAuthPin), CKR_OK);
}

TEST_F(LastTryAllowed, ItEndsWithItsSession) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    ASSERT_EQ(C_CloseSession(session), CKR_OK);
    EXPECT_EQ(allow(session), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

TEST_F(LastTryAllowed, ThereIsNoneWithoutASession) {
    one_try_left();
    EXPECT_EQ(allow(CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(allow(session + 1), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

TEST_F(LastTryAllowed, ItLeavesWithTheCard) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    const auto same = card;
    remove();
    EXPECT_EQ(allow(session), CKR_DEVICE_REMOVED);
    insert(same);
    // Though the slot has its number still, and the card is the same.
    EXPECT_EQ(allow(session), CKR_DEVICE_REMOVED);
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

// Between what was shown and the holder's answer, and between the answer and the PIN.
TEST_F(LastTryAllowed, ItIsNotForTheNextCard) {
    const CK_SESSION_HANDLE shown = open(kAuth);
    const CK_SESSION_HANDLE agreed = open(kAuth);
    ASSERT_EQ(allow(agreed), CKR_OK);
    insert(other_persons_card());
    one_try_left();
    EXPECT_EQ(allow(shown), CKR_DEVICE_REMOVED);
    for (const CK_SESSION_HANDLE session : {shown, agreed})
        EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

// The monitor has not looked since: it is the card itself that tells.
TEST_F(LastTryAllowed, ItIsNotForACardThatNobodyHasNoticed) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    card = other_persons_card();
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 1));
    readers.insert(card);
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    EXPECT_EQ(oracle().auth_pin.tries_left, 1U);
}

TEST_F(LastTryAllowed, ItEndsWithTheLibrary) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    initialize();
    EXPECT_EQ(allow(session), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(login(open(kAuth), kAuthPin), CKR_FUNCTION_CANCELED);
    expect_one_try_kept();
}

TEST_F(LastTryAllowed, ItHoldsForACounterThatNobodyKnows) {
    unknown_counter();
    const CK_SESSION_HANDLE session = open(kAuth);
    const unsigned before = oracle().auth_pin.verifies;
    EXPECT_EQ(login(session, kAuthPin), CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().auth_pin.verifies, before);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.verifies, before + 1);
}

TEST_F(LastTryAllowed, ALockedPinIsNotSent) {
    ASSERT_TRUE(set_tries_left(vcard::Role::kAuthPin, 0));
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    EXPECT_EQ(login(session, kAuthPin), CKR_PIN_LOCKED);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

class Lines final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level <= LogLevel::warning; }
    void write(LogLevel /*level*/, std::string_view line) noexcept override { all.emplace_back(line); }

    std::vector<std::string> all;
};

class LastTryInTheLog : public LastTryAllowed {
  protected:
    void SetUp() override {
        wire({.readers = &readers, .timing = timing, .log = &lines_});
        ASSERT_EQ(C_Initialize(nullptr), CKR_OK);
        ASSERT_FALSE(slots().empty());
    }
    // Who writes the lines goes first.
    void TearDown() override { (void)C_Finalize(nullptr); }
    Lines lines_;
};

TEST_F(LastTryInTheLog, APermissionLeavesALineUnaskedAndNoLogin) {
    one_try_left();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(allow(session), CKR_OK);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(lines_.all, std::vector<std::string>{"JPKI_AllowLastTry -> CKR_OK"});
}

class LastTryOfASignature : public LastTryAllowed {
  protected:
    void SetUp() override {
        config.confirm = p11::Confirm::every_signature;
        initialize();
    }
};

TEST_F(LastTryOfASignature, TheLoginForOneSignatureTakesIt) {
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)), CKR_OK);
    ASSERT_TRUE(set_tries_left(vcard::Role::kSignPin, 2));
    ASSERT_EQ(allow(session), CKR_OK);
    Bytes wrong = to_bytes(std::string_view("WRONG1"));
    EXPECT_EQ(C_Login(session, CKU_CONTEXT_SPECIFIC, wrong.data(), static_cast<CK_ULONG>(wrong.size())),
              CKR_PIN_INCORRECT);
    EXPECT_EQ(C_Login(session, CKU_CONTEXT_SPECIFIC, wrong.data(), static_cast<CK_ULONG>(wrong.size())),
              CKR_FUNCTION_CANCELED);
    EXPECT_EQ(oracle().sign_pin.tries_left, 1U);
}

}  // namespace jpki::testing
