// VERIFY and CHANGE REFERENCE DATA: forms, counters, blocking.
#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

TEST(CounterQuery, FourBytesTellTheTriesAndSpendNone) {
    JpkiCard card;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(card.sw(kQueryAuth), "63C3");
        EXPECT_EQ(card.sw(kQuerySign), "63C5");
    }
    EXPECT_EQ(card.oracle().auth_pin.queries, 10U);
    EXPECT_EQ(card.oracle().auth_pin.verifies, 0U);
}

TEST(CounterQuery, ByCurrentFile) {
    JpkiCard card;
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("00200080"), "63C3");
    card.sw("00A4020C02001B");
    EXPECT_EQ(card.sw("00200080"), "63C5");
}

TEST(CounterQuery, FiveByteFormIsAWrongLength) {
    JpkiCard card;
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0020008000"), "6700");
    EXPECT_EQ(card.sw("0020009800"), "6700");
    EXPECT_EQ(card.oracle().auth_pin.queries, 0U);
}

TEST(Verify, ByCurrentFile) {
    JpkiCard card;
    EXPECT_EQ(card.sw("0020008004 31323334"), "6986");
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0020008004 31323334"), "9000");
    card.sw("00A4020C02001B");
    EXPECT_EQ(card.sw("0020008006 414243313233"), "9000");
}

TEST(Verify, ByShortIdentifierMakesThePinFileCurrent) {
    JpkiCard card;
    EXPECT_EQ(card.sw(kVerifyAuth), "9000");
    EXPECT_EQ(card.sw("00200080"), "63C3");
    EXPECT_EQ(card.sw(kVerifySign), "9000");
    EXPECT_EQ(card.sw("00200080"), "63C5");
}

TEST(Verify, OtherThanPinFilesAreRefused) {
    JpkiCard card;
    EXPECT_EQ(card.sw("0020008A04 31323334"), "6981");
    EXPECT_EQ(card.sw("0020009704 31323334"), "6981");
    EXPECT_EQ(card.sw("0020009F04 31323334"), "6A82");
}

TEST(Verify, ParametersAreChecked) {
    JpkiCard card;
    EXPECT_EQ(card.sw("0020019804 31323334"), "6A86");
    EXPECT_EQ(card.sw("0020001804 31323334"), "6A86");
    EXPECT_EQ(card.sw("0020009804 31323334 00"), "6700");
    EXPECT_EQ(card.sw("0020009811 3131313131313131313131313131313131"), "6700");
    EXPECT_EQ(card.oracle().auth_pin.tries_left, 3U);
}

TEST(Verify, ComparesBytesAsSent) {
    JpkiCard card;
    EXPECT_EQ(card.sw("0020009B06 616263313233"), "63C4") << "lower case is not folded";
    EXPECT_EQ(card.sw("0020009B07 41424331323300"), "63C3") << "and nothing is padded";
}

TEST(Verify, WrongPinsCountDownAndTheLastOneBlocks) {
    JpkiCard card;
    EXPECT_EQ(card.sw(kWrongAuth), "63C2");
    EXPECT_EQ(card.sw(kWrongAuth), "63C1");
    EXPECT_EQ(card.sw(kWrongAuth), "63C0");
    EXPECT_EQ(card.sw(kWrongAuth), "6984");
    EXPECT_EQ(card.sw(kVerifyAuth), "6984") << "the right one comes too late";
    EXPECT_EQ(card.sw(kQueryAuth), "63C0");
    EXPECT_EQ(card.sw(kQuerySign), "63C5") << "the other PIN is not concerned";
    const Oracle oracle = card.oracle();
    EXPECT_EQ(oracle.auth_pin.verifies, 5U);
    EXPECT_EQ(oracle.auth_pin.failed, 3U);
    EXPECT_EQ(oracle.auth_pin.blocked, 2U);
    EXPECT_EQ(oracle.auth_pin.tries_left, 0U);
}

TEST(Verify, SignaturePasswordHasFiveTries) {
    JpkiCard card;
    for (const char* expected : {"63C4", "63C3", "63C2", "63C1", "63C0", "6984"}) {
        EXPECT_EQ(card.sw(kWrongSign), expected);
    }
}

TEST(Verify, SuccessRestoresTheCounter) {
    JpkiCard card;
    card.sw(kWrongAuth);
    card.sw(kWrongAuth);
    EXPECT_EQ(card.sw(kVerifyAuth), "9000");
    EXPECT_EQ(card.sw(kQueryAuth), "63C3");
}

TEST(Verify, FailureClearsThatPinsStatusOnly) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    card.sw(kVerifySign);
    EXPECT_EQ(card.sw(kWrongAuth), "63C2");
    EXPECT_EQ(card.sw(kSignAuth), "6982");
    EXPECT_EQ(card.sw(kSignSign), "9000");
}

TEST(Verify, WhenTheCounterCannotBeSavedNoPinIsCompared) {
    JpkiCard card;
    card.on_save([](const Image&) { return false; });
    EXPECT_EQ(card.sw(kVerifyAuth), "6581");
    EXPECT_EQ(card.sw(kSignAuth), "6982");
    EXPECT_EQ(card.oracle().auth_pin.tries_left, 3U);
}

TEST(Verify, ATryIsSavedBeforeTheAnswerIsKnown) {
    JpkiCard card;
    std::vector<unsigned> saved;
    card.on_save([&](const Image& image) {
        saved.push_back(image.find(Role::kAuthPin)->tries_left);
        return true;
    });
    card.sw(kVerifyAuth);
    EXPECT_EQ(saved, (std::vector<unsigned>{2, 3}));
}

TEST(ChangePin, NeedsTheOldPinVerified) {
    JpkiCard card;
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0024018004 35363738"), "6982");
    card.sw("0020008004 31323334");
    EXPECT_EQ(card.sw("0024018004 35363738"), "9000");
    EXPECT_EQ(card.oracle().auth_pin.changes, 1U);
    EXPECT_EQ(card.sw(kVerifyAuth), "63C2");
    EXPECT_EQ(card.sw("0020009804 35363738"), "9000");
}

TEST(ChangePin, FormsAreChecked) {
    JpkiCard card;
    card.sw(kVerifyAuth);
    EXPECT_EQ(card.sw("0024008008 3132333435363738"), "6A86");
    EXPECT_EQ(card.sw("00240180"), "6700");
    EXPECT_EQ(card.sw("0024018004 35363738 00"), "6700");
    EXPECT_EQ(card.sw("0024018011 3131313131313131313131313131313131"), "6700");
    card.sw("00A4020C020017");
    EXPECT_EQ(card.sw("0024018004 35363738"), "6981");
}

TEST(ChangePin, OfABlockedPinIsRefused) {
    JpkiCard card;
    card.set_tries_left(Role::kAuthPin, 0);
    card.sw("00A4020C020018");
    EXPECT_EQ(card.sw("0024018004 35363738"), "6984");
}

TEST(Tries, CanBeSetForATest) {
    JpkiCard card;
    EXPECT_TRUE(card.set_tries_left(Role::kSignPin, 1));
    EXPECT_EQ(card.sw(kQuerySign), "63C1");
    EXPECT_FALSE(card.set_tries_left(Role::kSignPin, 6));
    EXPECT_FALSE(card.set_tries_left(Role::kSignKey, 1));
}

}  // namespace
}  // namespace jpki::vcard::test
