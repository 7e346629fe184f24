#include "waist/pin_rules.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace jpki {
namespace {

constexpr PinShape kAuthentication{4, 4, false};
constexpr PinShape kSignature{6, 16, true};

PinFlaw flaw(const PinShape& shape, std::string_view typed) { return flaw_of(shape, to_bytes(typed)); }
PinFlaw flaw_of_fresh(const PinShape& shape, std::string_view typed) {
    return flaw_of_new(shape, to_bytes(typed));
}

TEST(PinRules, AnAuthenticationPinHasFourDigits) {
    EXPECT_EQ(flaw(kAuthentication, "0000"), PinFlaw::none);
    for (const char* typed : {"", "123", "12345", "１２３４"})
        EXPECT_EQ(flaw(kAuthentication, typed), PinFlaw::length) << typed;
    for (const char* typed : {"12a4", "12A4", "12 4", "-123", "123\n"})
        EXPECT_EQ(flaw(kAuthentication, typed), PinFlaw::characters) << typed;
}

TEST(PinRules, APasswordHasCapitalsAndDigits) {
    for (const char* typed : {"ABC123", "ABCDEF", "123456", "ABCDEFGH12345678"})
        EXPECT_EQ(flaw(kSignature, typed), PinFlaw::none) << typed;
    for (const char* typed : {"", "ABC12", "ABCDEFGH123456789", "ＡＢＣ１２３"})
        EXPECT_EQ(flaw(kSignature, typed), PinFlaw::length) << typed;
    for (const char* typed : {"abc123", "ABC-12", "ABC 12", "@BC123", "[BC123", "ＡＢ"})
        EXPECT_EQ(flaw(kSignature, typed), PinFlaw::characters) << typed;
}

TEST(PinRules, LettersOfAPasswordAreTakenAsCapitals) {
    SecretBytes typed(to_bytes(std::string_view("aBz@[`{19")));
    to_card_form(kSignature, typed);
    EXPECT_TRUE(equal(typed.view(), to_bytes(std::string_view("ABZ@[`{19"))));
    SecretBytes other(to_bytes(std::string_view("abcd")));
    to_card_form(kAuthentication, other);
    EXPECT_TRUE(equal(other.view(), to_bytes(std::string_view("abcd"))));
}

TEST(PinRules, ANewOneIsJudgedByTheMunicipalitiesRuleToo) {
    EXPECT_EQ(flaw_of_fresh(kAuthentication, "4321"), PinFlaw::none);
    EXPECT_EQ(flaw_of_fresh(kAuthentication, "432"), PinFlaw::length);
    EXPECT_EQ(flaw_of_fresh(kAuthentication, "43x1"), PinFlaw::characters);
    EXPECT_EQ(flaw_of_fresh(kSignature, "XYZ789"), PinFlaw::none);
    EXPECT_EQ(flaw_of_fresh(kSignature, "XYZ78"), PinFlaw::length);
    EXPECT_EQ(flaw_of_fresh(kSignature, "XYZ-789"), PinFlaw::characters);
    for (const char* typed : {"XYZXYZ", "789789"})
        EXPECT_EQ(flaw_of_fresh(kSignature, typed), PinFlaw::weak) << typed;
}

}  // namespace
}  // namespace jpki
