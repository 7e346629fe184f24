// How a lease ends: no key may stay usable (card.md §2.6, docs/adr/0005).
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

// 32 octets that PatternRandom gives first.
constexpr const char* kProbe =
    "802A0097 20 404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F 00";

class Close : public FileCardTest {
  protected:
    void lease_with_login(Seat seat = kAuth) {
        open_short();
        log_in_short(seat);
    }
    // The lease after the first: that one ends by powering down.
    void second_lease(Seat seat = kAuth) {
        lease_with_login(seat);
        EXPECT_EQ(card_.close(), Disposition::unpower);
        card_.on_reset();
        lease_with_login(seat);
    }
    void expect_close(Disposition expected) {
        EXPECT_EQ(card_.close(), expected);
        connection_.expect_done();
    }
};

TEST_F(Close, WithoutALoginLeavesTheCardAsItIs) {
    open_short();
    expect_close(Disposition::leave);
    open_long();
    expect_close(Disposition::leave);
}

TEST_F(Close, PowersDownAfterTheFirstLoginWithoutACommand) {
    lease_with_login();
    expect_close(Disposition::unpower);
    EXPECT_FALSE(card_.is_verified(kAuth));
}

TEST_F(Close, PowersDownAfterAVerifyOfUnknownOutcome) {
    open_short();
    connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", Errc::transport);
    EXPECT_FALSE(card_.verify(kAuth, &pin_));
    expect_close(Disposition::unpower);
}

TEST_F(Close, ALaterLeaseWithoutALoginLeavesTheCardAsItIs) {
    lease_with_login();
    expect_close(Disposition::unpower);
    card_.on_reset();
    open_short();
    expect_close(Disposition::leave);
}

TEST_F(Close, TheSecondLoginProvesThatAnotherApplicationLogsOut) {
    second_lease();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000").on(kProbe, "6982");
    expect_close(Disposition::leave);
    EXPECT_TRUE(log_.says("selecting another application logs this card out"));
    lease_with_login();
    connection_.on(kSelectManager, "9000");
    expect_close(Disposition::leave);
}

TEST_F(Close, ACardThatStillSignsIsPoweredDownForGood) {
    second_lease();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000");
    connection_.on(kProbe, Bytes(256, 1), "9000");
    expect_close(Disposition::unpower);
    EXPECT_TRUE(log_.says("this card is logged out by powering it down"));
    card_.on_reset();
    lease_with_login();
    expect_close(Disposition::unpower);
}

TEST_F(Close, AnUndecidedProofPowersDownAndIsTriedAgain) {
    second_lease();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000").on(kProbe, "6F00");
    expect_close(Disposition::unpower);
    card_.on_reset();
    lease_with_login();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "6A82");
    expect_close(Disposition::unpower);
    card_.on_reset();
    lease_with_login();
    connection_.on(kSelectManager, Errc::transport).on(kSelectHelper, Errc::transport);
    expect_close(Disposition::unpower);
}

TEST_F(Close, AProofThatBreaksPowersDown) {
    second_lease();
    connection_.on(kSelectManager, "9000").on(kSelectApplication, "9000").on(kProbe, Errc::card_removed);
    expect_close(Disposition::unpower);
}

TEST_F(Close, TheSecondNeutralApplicationWillDo) {
    second_lease();
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "9000");
    connection_.on(kSelectApplication, "9000").on(kProbe, "6982");
    expect_close(Disposition::leave);
}

TEST_F(Close, PowersDownWithoutANeutralApplication) {
    second_lease();
    connection_.on(kSelectManager, "6A82").on(kSelectHelper, "6A82");
    expect_close(Disposition::unpower);
}

TEST_F(Close, OnlyAnswersOf9000CountAsNeutral) {
    second_lease();
    connection_.on(kSelectManager, "6283").on(kSelectHelper, "6110");
    expect_close(Disposition::unpower);
}

TEST_F(Close, NeverProvesAnythingWithTheSignatureKey) {
    second_lease(kSign);
    connection_.on(kSelectManager, "9000");
    expect_close(Disposition::unpower);
}

TEST_F(Close, ForgetsTheCertificateThatNeededALogin) {
    lease_with_login(kSign);
    connection_.on("00B0810000", slice(file_, 0, 256), "9000");
    connection_.on("00B0820000", slice(file_, 0, 256), "9000");
    ASSERT_TRUE(card_.read_certificate(kSign, kUser, 1));
    ASSERT_TRUE(card_.read_certificate(kSign, kAuthority, 1));
    expect_close(Disposition::unpower);
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 0U);
    EXPECT_EQ(card_.certificate_size(kSign, kAuthority), kSize);
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), kSize);
    card_.on_reset();
    open_short();
    connection_.on("00B0810000", "6982");
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::security_status));
}

}  // namespace
}  // namespace jpki::card::testing
