// Under every kind of card: what a right, a wrong and an impossible PIN cost, told by the card's own count,
// and that a PIN without tries is never sent.
#include "kinds.hpp"

namespace jpki::testing {

class KindLogin : public EveryKind {
  protected:
    static CK_FLAGS pin_flags(const PurposeFacts& purpose) {
        return token_info(purpose.slot).flags &
               (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
    }
};

JPKI_UNDER_EVERY_KIND(KindLogin);

TEST_P(KindLogin, AnImpossiblePinIsAnsweredAsAWrongOneAndNeverSent) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        for (const std::string_view pin : purpose.impossible_pins)
            EXPECT_EQ(login(session, pin), CKR_PIN_INCORRECT) << pin;
        // To ask again for these would be to ask for ever.
        EXPECT_EQ(login(session, purpose.impossible_pins.back()), CKR_FUNCTION_CANCELED);
        EXPECT_EQ(login(session, ""), CKR_FUNCTION_CANCELED);
        EXPECT_EQ(state(session), CKS_RO_PUBLIC_SESSION);
        EXPECT_EQ(pin_flags(purpose), purpose.blocked ? CKF_USER_PIN_LOCKED : CKF_USER_PIN_COUNT_LOW);
    }
    EXPECT_EQ(verifies(), 0U);
}

TEST_P(KindLogin, AWrongPinCostsOneTryAndTheRightOneGivesItBack) {
    for (const PurposeFacts& purpose : purposes()) {
        if (purpose.blocked) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        const unsigned before = verifies();
        for (const std::string_view wrong : purpose.wrong_pins) {
            EXPECT_EQ(login(session, wrong), CKR_PIN_INCORRECT);
            EXPECT_EQ(pin_oracle(purpose).tries_left, purpose.tries - 1);
            EXPECT_EQ(pin_flags(purpose), CKF_USER_PIN_COUNT_LOW);
            EXPECT_EQ(vendor_status(purpose.slot).ulTriesLeft, purpose.tries - 1);
            EXPECT_EQ(login(session, purpose.pin), CKR_OK);
            EXPECT_EQ(pin_oracle(purpose).tries_left, purpose.tries);
            EXPECT_EQ(pin_flags(purpose), 0U);
            EXPECT_EQ(state(session), CKS_RO_USER_FUNCTIONS);
            EXPECT_EQ(login(session, purpose.pin), CKR_USER_ALREADY_LOGGED_IN);
            EXPECT_EQ(C_Logout(session), CKR_OK);
        }
        const auto logins = static_cast<unsigned>(purpose.wrong_pins.size());
        EXPECT_EQ(pin_oracle(purpose).failed, logins);
        EXPECT_EQ(pin_oracle(purpose).verifies, 2 * logins);
        EXPECT_EQ(verifies() - before, 2 * logins);
    }
}

TEST_P(KindLogin, TheLastTryIsKept) {
    for (const PurposeFacts& purpose : purposes()) {
        if (purpose.blocked) continue;
        SCOPED_TRACE(purpose.label);
        ASSERT_TRUE(set_tries_left(purpose.pin_file, 1));
        const unsigned before = pin_oracle(purpose).verifies;
        const CK_SESSION_HANDLE session = open(purpose.slot, true);
        EXPECT_EQ(login(session, purpose.wrong_pins.front()), CKR_FUNCTION_CANCELED);
        EXPECT_EQ(login(session, purpose.pin), CKR_FUNCTION_CANCELED);
        EXPECT_EQ(change_pin(session, purpose.pin, purpose.new_pins.front()), CKR_FUNCTION_CANCELED);
        EXPECT_EQ(pin_oracle(purpose).verifies, before);
        EXPECT_EQ(pin_oracle(purpose).tries_left, 1U);
        EXPECT_EQ(pin_flags(purpose), CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
        EXPECT_EQ(vendor_status(purpose.slot).ulLastRefusal, JPKI_REFUSAL_LAST_TRY);
        EXPECT_EQ(vendor_status(purpose.slot).ulTriesLeft, 1U);
        // The other token's PIN is another matter.
        for (const PurposeFacts& other : purposes()) {
            if (other.slot == purpose.slot || other.blocked) continue;
            ASSERT_TRUE(set_tries_left(other.pin_file, other.tries));
            EXPECT_EQ(login(open(other.slot), other.pin), CKR_OK);
            EXPECT_EQ(C_CloseAllSessions(other.slot), CKR_OK);
        }
    }
}

TEST_P(KindLogin, ABlockedPinIsLockedUnseenAndTheOtherKeySigns) {
    // Before anybody is logged in: a counter is not asked for while somebody is.
    for (const PurposeFacts& purpose : purposes())
        EXPECT_EQ(pin_flags(purpose), purpose.blocked ? CKF_USER_PIN_LOCKED : 0U) << purpose.label;
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot, true);
        if (purpose.blocked) {
            EXPECT_EQ(login(session, purpose.pin), CKR_PIN_LOCKED);
            EXPECT_EQ(login(session, purpose.wrong_pins.front()), CKR_PIN_LOCKED);
            EXPECT_EQ(change_pin(session, purpose.pin, purpose.new_pins.front()), CKR_PIN_LOCKED);
            EXPECT_EQ(state(session), CKS_RW_PUBLIC_SESSION);
            EXPECT_EQ(find_class(session, CKO_PRIVATE_KEY), CK_INVALID_HANDLE);
            EXPECT_EQ(vendor_status(purpose.slot).ulTriesLeft, 0U);
            EXPECT_EQ(pin_oracle(purpose).verifies, 0U);
            EXPECT_EQ(key_oracle(purpose).signatures, 0U);
        } else if (purpose.signs()) {
            EXPECT_EQ(login(session, purpose.pin), CKR_OK);
            EXPECT_EQ(sign_document(session), CKR_OK);
        }
    }
}

TEST_P(KindLogin, OnePinOpensOneTokenOnly) {
    for (const PurposeFacts& purpose : purposes()) {
        if (purpose.blocked) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        for (const PurposeFacts& other : purposes()) {
            if (other.slot == purpose.slot) continue;
            const CK_SESSION_HANDLE elsewhere = open(other.slot);
            EXPECT_EQ(state(elsewhere), CKS_RO_PUBLIC_SESSION);
            EXPECT_EQ(find_class(elsewhere, CKO_PRIVATE_KEY), CK_INVALID_HANDLE);
            EXPECT_EQ(C_Logout(elsewhere), CKR_USER_NOT_LOGGED_IN);
        }
        EXPECT_EQ(C_Logout(session), CKR_OK);
        EXPECT_EQ(C_Logout(session), CKR_USER_NOT_LOGGED_IN);
    }
}

TEST_P(KindLogin, ThePinChangesAndBack) {
    for (const PurposeFacts& purpose : purposes()) {
        if (purpose.blocked) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot, true);
        const std::string_view too_short = purpose.impossible_pins[0];
        const std::string_view too_long = purpose.impossible_pins[1];
        const std::string_view wrong_character = purpose.impossible_pins[2];
        const unsigned before = verifies();
        EXPECT_EQ(change_pin(session, purpose.pin, too_short), CKR_PIN_LEN_RANGE);
        EXPECT_EQ(change_pin(session, purpose.pin, too_long), CKR_PIN_LEN_RANGE);
        EXPECT_EQ(change_pin(session, purpose.pin, wrong_character), CKR_PIN_INVALID);
        EXPECT_EQ(change_pin(session, too_short, purpose.new_pins.front()), CKR_PIN_INCORRECT);
        EXPECT_EQ(verifies(), before);

        EXPECT_EQ(change_pin(session, purpose.wrong_pins.front(), purpose.new_pins.front()),
                  CKR_PIN_INCORRECT);
        EXPECT_EQ(pin_oracle(purpose).failed, 1U);
        EXPECT_EQ(pin_oracle(purpose).changes, 0U);
        std::string_view current = purpose.pin;
        for (const std::string_view next : purpose.new_pins) {
            EXPECT_EQ(change_pin(session, current, next), CKR_OK);
            EXPECT_EQ(state(session), CKS_RW_PUBLIC_SESSION);
            EXPECT_FALSE(second_client_can_sign());
            current = next;
        }
        ASSERT_EQ(login(session, current), CKR_OK);
        // Logged in it stays so, with the PIN that holds now.
        EXPECT_EQ(change_pin(session, current, purpose.pin), CKR_OK);
        EXPECT_EQ(state(session), CKS_RW_USER_FUNCTIONS);
        EXPECT_FALSE(second_client_can_sign());
        if (purpose.signs()) {
            EXPECT_EQ(sign_document(session), CKR_OK);
        }
        EXPECT_EQ(C_Logout(session), CKR_OK);
        EXPECT_EQ(login(session, purpose.pin), CKR_OK);
        EXPECT_EQ(pin_oracle(purpose).failed, 1U);
        EXPECT_EQ(pin_oracle(purpose).changes, purpose.new_pins.size() + 1);
        EXPECT_EQ(pin_oracle(purpose).tries_left, purpose.tries);
    }
}

}  // namespace jpki::testing
