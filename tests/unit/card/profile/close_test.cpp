// How a lease ends: no key may stay usable (docs/adr/0005).
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

// 246 bytes: one more than the key takes.
const std::string kTooLong = "802A0097 F6 " + std::string(std::size_t{2} * 246, '0') + " 00";
// 32 bytes that PatternRandom gives first.
constexpr const char* kProbe =
    "802A0097 20 404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F 00";
constexpr const char* kReadGuarded = "00B0810001";

class Close : public FileCardTest {
  protected:
    void lease_with_login(KeyPurpose purpose = kAuth) {
        open_short();
        log_in_short(purpose);
    }
    ScriptedConnection& leaves() {
        return connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    }
    void expect_close(Disposition expected) {
        EXPECT_EQ(card_.close(kNever), expected);
        connection_.expect_done();
        if (expected == Disposition::unpower) card_.on_reset();
    }
};

TEST_F(Close, WithoutALoginLeavesTheCardAsItIs) {
    open_short();
    expect_close(Disposition::leave);
    open_long();
    expect_close(Disposition::leave);
}

TEST_F(Close, TheFirstLoginProvesThatAnotherApplicationLogsOut) {
    lease_with_login();
    leaves().on(kTooLong, "6982");
    expect_close(Disposition::leave);
    EXPECT_FALSE(card_.is_verified(kAuth));
    EXPECT_TRUE(log_.says("selecting another application logs this card out"));
    lease_with_login();
    connection_.on(kSelectManager, "9000");
    expect_close(Disposition::leave);
    open_short();
    expect_close(Disposition::leave);
}

TEST_F(Close, TheSignatureKeyIsProvenWithoutUsingIt) {
    lease_with_login(kSign);
    leaves().on(kReadGuarded, "6982");
    expect_close(Disposition::leave);
    lease_with_login(kSign);
    connection_.on(kSelectManager, "9000");
    expect_close(Disposition::leave);
}

TEST_F(Close, OneKeysProofIsNotTheOthers) {
    lease_with_login(kSign);
    leaves().on(kReadGuarded, "6982");
    expect_close(Disposition::leave);
    open_short();
    log_in_short(kAuth);
    log_in_short(kSign);
    leaves().on(kTooLong, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, BothKeysAreProvenInOneGo) {
    open_short();
    log_in_short(kAuth);
    log_in_short(kSign);
    leaves().on(kTooLong, "6982").on(kReadGuarded, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, InTheLongFormTheGuardedFileIsSelected) {
    open_long();
    connection_.on("00A4020C 02 001B", "9000").on("00200080 04 31323334", "9000");
    ASSERT_TRUE(card_.verify(kSign, &pin_));
    leaves().on("00A4020C 02 0001", "9000").on("00B0000001", "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, ACardThatMindsTheLengthFirstIsAskedWithARandomValue) {
    for (const char* minds : {"6700", "6985"}) {
        lease_with_login();
        leaves().on(kTooLong, minds).on(kProbe, "6F00");
        expect_close(Disposition::unpower);
        random_.restart();
    }
    lease_with_login();
    leaves().on(kTooLong, "6985").on(kProbe, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, ACardThatStillSignsIsPoweredDownForGood) {
    lease_with_login();
    leaves().on(kTooLong, "6700").on(kProbe, Bytes(256, 1), "9000");
    expect_close(Disposition::unpower);
    EXPECT_TRUE(log_.says("this card is logged out by powering it down"));
    lease_with_login();
    expect_close(Disposition::unpower);
}

TEST_F(Close, ACardWhoseGuardedFileCanStillBeReadIsPoweredDownForGood) {
    lease_with_login(kSign);
    leaves().on(kReadGuarded, Bytes{0x30}, "9000");
    expect_close(Disposition::unpower);
    lease_with_login(kSign);
    expect_close(Disposition::unpower);
}

TEST_F(Close, AnUndecidedProofPowersDownAndIsTriedAgain) {
    for (const char* undecided : {"6F00", "6A86", "6581"}) {
        lease_with_login();
        leaves().on(kTooLong, undecided);
        expect_close(Disposition::unpower);
    }
    for (const char* undecided : {"6A82", "6986", "6F00"}) {
        lease_with_login(kSign);
        leaves().on(kReadGuarded, undecided);
        expect_close(Disposition::unpower);
    }
    lease_with_login();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "6A82");
    expect_close(Disposition::unpower);
    lease_with_login();
    connection_.on(kSelectManager, Errc::transport).on(kSelectHelper, Errc::transport);
    expect_close(Disposition::unpower);
}

TEST_F(Close, AProofThatBreaksPowersDown) {
    lease_with_login();
    leaves().on(kTooLong, Errc::card_removed);
    expect_close(Disposition::unpower);
}

TEST_F(Close, TheSecondNeutralApplicationWillDo) {
    lease_with_login();
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "9000");
    connection_.on(kSelectApplication, "9000").on(kTooLong, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, PowersDownWithoutANeutralApplication) {
    lease_with_login();
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "6A82");
    expect_close(Disposition::unpower);
}

TEST_F(Close, OnlyAnswersOf9000CountAsNeutral) {
    lease_with_login();
    connection_.on(kSelectManager, "6283").on(kSelectHelper, "6110");
    expect_close(Disposition::unpower);
}

TEST_F(Close, AWrongPinLeavesByTheOtherApplicationAndProvesNothing) {
    open_short();
    connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", "63C2");
    EXPECT_FALSE(card_.verify(kAuth, &pin_));
    connection_.on(kSelectManager, "9000");
    expect_close(Disposition::leave);
    lease_with_login();
    leaves().on(kTooLong, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, AWrongPinAfterARightOneIsStillALogin) {
    lease_with_login();
    connection_.on("00200098 04 31323334", "63C2");
    EXPECT_FALSE(card_.verify(kAuth, &pin_));
    leaves().on(kTooLong, "9000");
    expect_close(Disposition::unpower);
}

// The card may have taken the PIN, and only the way back was lost.
TEST_F(Close, AVerifyOfUnknownOutcomeIsALogin) {
    for (const char* left : {"6982", "9000"}) {
        SCOPED_TRACE(left);
        open_short();
        connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", "6F00");
        EXPECT_FALSE(card_.verify(kAuth, &pin_));
        leaves().on(kTooLong, left);
        expect_close(left == std::string("6982") ? Disposition::leave : Disposition::unpower);
    }
}

TEST_F(Close, ALoginThatOutlivedAResetIsLeftAsAnyOther) {
    lease_with_login();
    card_.on_reset();
    leaves().on(kTooLong, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, ByPowerSendsNothing) {
    FileCard card(kMyNumber, random_, log_, Logout::power);
    card.serve(connection_, {});
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, slice(file_, 0, 256), "9000");
    ASSERT_TRUE(card.open());
    connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", "9000");
    ASSERT_TRUE(card.verify(kAuth, &pin_));
    EXPECT_EQ(card.close(kNever), Disposition::unpower);
    connection_.expect_done();
}

TEST_F(Close, ForgetsTheCertificateThatNeededALogin) {
    lease_with_login(kSign);
    connection_.on("00B0810000", slice(file_, 0, 256), "9000");
    connection_.on("00B0820000", slice(file_, 0, 256), "9000");
    ASSERT_TRUE(card_.read_certificate(kSign, kUser, 1));
    ASSERT_TRUE(card_.read_certificate(kSign, kAuthority, 1));
    leaves().on(kReadGuarded, "6982");
    expect_close(Disposition::leave);
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 0U);
    EXPECT_EQ(card_.certificate_size(kSign, kAuthority), kSize);
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), kSize);
    open_short();
    connection_.on("00B0810000", "6982");
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::security_status));
}

}  // namespace
}  // namespace jpki::card::testing
