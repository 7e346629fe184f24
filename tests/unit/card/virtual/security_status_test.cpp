// How long a verified PIN lasts: every event that could end it, under every personality that disputes an
// event.
#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

struct LoggedIn : JpkiCard {
    LoggedIn() {
        EXPECT_EQ(sw(kVerifyAuth), "9000");
        EXPECT_EQ(sw(kVerifySign), "9000");
    }
    // What both keys answer now: 9000 or 6982, the authentication key first.
    std::string keys() { return sw(kSignAuth) + " " + sw(kSignSign); }
};

constexpr const char* kBoth = "9000 9000";
constexpr const char* kNone = "6982 6982";

TEST(SecurityStatus, NothingIsAllowedBeforeVerify) {
    JpkiCard card;
    EXPECT_EQ(card.sw(kSignAuth), "6982");
    EXPECT_EQ(card.sw(kSignSign), "6982");
}

TEST(SecurityStatus, IsPerPin) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw(kSignAuth), "9000");
    EXPECT_EQ(card.sw(kSignSign), "6982");
}

TEST(SecurityStatus, LastsForManySignatures) {
    LoggedIn card;
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, SurvivesSelectingFilesAndReading) {
    LoggedIn card;
    card.sw("00A4020C020006");
    card.sw("00B0000000");
    card.sw("00A4020C02001A");
    EXPECT_EQ(card.sw("802A008003 616263 00"), "9000");
    EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, SelectingTheApplicationAgainKeepsIt) {
    LoggedIn card;
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, SelectingTheApplicationAgainClearsItUnderReselectClears) {
    LoggedIn card;
    card.set("reselect", "clears");
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kNone);
}

TEST(SecurityStatus, SelectingAnotherApplicationClearsIt) {
    for (const std::string_view other : {kSelectText, kSelectManager}) {
        LoggedIn card;
        EXPECT_EQ(card.sw(other), "9000");
        card.sw(kSelectJpki);
        EXPECT_EQ(card.keys(), kNone);
    }
}

TEST(SecurityStatus, SelectingAnotherApplicationKeepsItUnderOtherAidKeeps) {
    LoggedIn card;
    card.set("other-aid", "keeps");
    EXPECT_EQ(card.sw(kSelectManager), "9000");
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, ASelectThatFailsKeepsIt) {
    LoggedIn card;
    card.set("neutral-aid", "absent");
    EXPECT_EQ(card.sw(kSelectManager), "6A82");
    EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, WarmResetKeepsItButLosesTheSelection) {
    LoggedIn card;
    card.reset();
    EXPECT_EQ(card.sw(kSignAuth), "6A82");
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kBoth);
}

TEST(SecurityStatus, WarmResetClearsItUnderResetClears) {
    LoggedIn card;
    card.set("reset", "clears");
    card.reset();
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kNone);
}

TEST(SecurityStatus, AnotherApplicationAfterAWarmResetClearsIt) {
    LoggedIn card;
    card.reset();
    card.sw(kSelectText);
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kNone);
}

TEST(SecurityStatus, PowerOffClearsItUnderEveryPersonality) {
    LoggedIn card;
    card.set("reset", "keeps");
    card.set("reselect", "keeps");
    card.set("other-aid", "keeps");
    card.power_off();
    card.power_on();
    card.sw(kSelectJpki);
    EXPECT_EQ(card.keys(), kNone);
}

TEST(SecurityStatus, IsLostWhenThePinIsBlocked) {
    LoggedIn card;
    card.set("auth-pin", "blocked");
    EXPECT_EQ(card.keys(), "6982 9000");
}

TEST(SecurityStatus, ChangingThePinKeepsOrClearsIt) {
    LoggedIn card;
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0024018004 35363738"), "9000");
    EXPECT_EQ(card.keys(), kBoth);
    card.set("after-change", "clears");
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0024018004 31323334"), "9000");
    EXPECT_EQ(card.keys(), "6982 9000");
}

}  // namespace
}  // namespace jpki::vcard::test
