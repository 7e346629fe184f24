#include "pin_rules.hpp"

#include <gtest/gtest.h>

namespace jpki::app {
namespace {

KeySeat authentication() {
    KeySeat seat;
    seat.purpose = Purpose::authentication;
    seat.shortest_pin = seat.longest_pin = 4;
    return seat;
}

KeySeat signature() {
    KeySeat seat;
    seat.purpose = Purpose::signature;
    seat.shortest_pin = 6;
    seat.longest_pin = 16;
    return seat;
}

SecretBytes pin(std::string_view typed) { return SecretBytes(to_bytes(typed)); }

TEST(PinRules, AnAuthenticationPinHasFourDigits) {
    EXPECT_TRUE(could_be(authentication(), pin("0000")));
    for (const char* typed : {"", "123", "12345", "12a4", "12 4", "１２３４", "-123"})
        EXPECT_FALSE(could_be(authentication(), pin(typed))) << typed;
}

TEST(PinRules, APasswordHasCapitalsAndDigits) {
    for (const char* typed : {"ABC123", "ABCDEF", "123456", "ABCDEFGH12345678"})
        EXPECT_TRUE(could_be(signature(), pin(typed))) << typed;
    for (const char* typed : {"", "ABC12", "ABCDEFGH123456789", "abc123", "ABC-12", "ＡＢＣ１２３"})
        EXPECT_FALSE(could_be(signature(), pin(typed))) << typed;
}

TEST(PinRules, LettersOfAPasswordAreTakenAsCapitals) {
    SecretBytes typed = pin("aBz@[`{19");
    to_card_form(Purpose::signature, typed);
    EXPECT_TRUE(equal(typed.view(), pin("ABZ@[`{19").view()));
    SecretBytes other = pin("abcd");
    to_card_form(Purpose::authentication, other);
    EXPECT_TRUE(equal(other.view(), pin("abcd").view()));
}

TEST(PinRules, ANewPinIsJudged) {
    EXPECT_EQ(flaw_of(authentication(), pin("4321")), std::nullopt);
    EXPECT_EQ(flaw_of(authentication(), pin("432")), Text::new_pin_length);
    EXPECT_EQ(flaw_of(authentication(), pin("43x1")), Text::new_pin_characters);
}

TEST(PinRules, ANewPasswordIsJudged) {
    EXPECT_EQ(flaw_of(signature(), pin("XYZ789")), std::nullopt);
    EXPECT_EQ(flaw_of(signature(), pin("XYZ78")), Text::new_password_length);
    EXPECT_EQ(flaw_of(signature(), pin("XYZ789012345678901")), Text::new_password_length);
    EXPECT_EQ(flaw_of(signature(), pin("XYZ-789")), Text::new_password_characters);
    EXPECT_EQ(flaw_of(signature(), pin("XYZXYZ")), Text::new_password_weak);
    EXPECT_EQ(flaw_of(signature(), pin("789789")), Text::new_password_weak);
}

}  // namespace
}  // namespace jpki::app
