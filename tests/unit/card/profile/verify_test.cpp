#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr const char* kSelectAuthPin = "00A4020C 02 0018";
constexpr const char* kSelectSignPin = "00A4020C 02 001B";

class Verify : public FileCardTest {
  protected:
    Status verify(KeyPurpose purpose = kAuth) { return card_.verify(purpose, &pin_); }
};

TEST_F(Verify, GoesByShortIdentifierAfterACounterThatAnswered63Cx) {
    open_short();
    connection_.on("00200098", "63C3").on("00200098 04 31323334", "9000");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    EXPECT_TRUE(verify());
    EXPECT_TRUE(card_.is_verified(kAuth));
    EXPECT_FALSE(card_.is_verified(kSign));
}

TEST_F(Verify, SelectsThePinFileWithoutSuchAProof) {
    open_short();
    connection_.on(kSelectAuthPin, "9000").on("00200080 04 31323334", "9000");
    EXPECT_TRUE(verify());
}

TEST_F(Verify, ABlockedCounterIsNoProofOfTheShortForm) {
    open_short();
    connection_.on("00200098", "6984").on(kSelectAuthPin, "9000").on("00200080 04 31323334", "6984");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "0");
    EXPECT_TRUE(failed_with(verify(), Errc::pin_locked));
}

TEST_F(Verify, TheProofIsEachKeysOwn) {
    open_short();
    connection_.on("00200098", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    connection_.on(kSelectSignPin, "9000").on("00200080 06 414243313233", "9000");
    const SecretBytes password{ByteView(hex("414243313233"))};
    EXPECT_TRUE(card_.verify(kSign, &password));
    EXPECT_TRUE(card_.is_verified(kSign));
    EXPECT_FALSE(card_.is_verified(kAuth));
}

TEST_F(Verify, TheFileStaysCurrentBetweenCounterAndVerifyInTheLongForm) {
    open_long();
    connection_.on(kSelectAuthPin, "9000").on("00200080", "63C3").on("00200080 04 31323334", "9000");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    EXPECT_TRUE(verify());
}

TEST_F(Verify, SaysWhatTheCardSaidOfAWrongPin) {
    open_short();
    connection_.on("00200098", "63C3").on("00200098 04 31323334", "63C2");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    const Status wrong = verify();
    ASSERT_TRUE(failed_with(wrong, Errc::pin_incorrect));
    EXPECT_EQ(wrong.error().detail, 0x63C2U);
    EXPECT_FALSE(card_.is_verified(kAuth));
    for (const char* answer : {"63C0", "6983", "6984"}) {
        connection_.on("00200098 04 31323334", answer);
        EXPECT_TRUE(failed_with(verify(), Errc::pin_locked)) << answer;
    }
}

TEST_F(Verify, AFailureEndsAnEarlierLoginOfTheKey) {
    open_short();
    log_in_short(kAuth);
    connection_.on("00200098 04 31323334", "63C2");
    EXPECT_FALSE(verify());
    EXPECT_FALSE(card_.is_verified(kAuth));
}

TEST_F(Verify, IsNeverSentTwice) {
    open_short();
    for (const Errc lost : {Errc::card_reset, Errc::transport, Errc::timed_out, Errc::card_mute}) {
        connection_.on(kSelectAuthPin, "9000").on("00200080 04 31323334", lost);
        EXPECT_TRUE(failed_with(verify(), lost));
        EXPECT_FALSE(card_.is_verified(kAuth));
        open_short();
    }
    for (const char* answer : {"6C04", "6F00", "6700", "6110", "6A86"}) {
        connection_.on(kSelectAuthPin, "9000").on("00200080 04 31323334", answer);
        EXPECT_FALSE(verify()) << answer;
        open_short();
    }
}

TEST_F(Verify, NeverSendsAnEmptyPinBecauseThatIsTheCounterQuery) {
    open_short();
    const SecretBytes empty;
    EXPECT_TRUE(failed_with(card_.verify(kAuth, &empty), Errc::pin_malformed));
}

TEST_F(Verify, NeverSendsAPinThatLcCannotSay) {
    open_short();
    connection_.on("00200098", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    const SecretBytes endless{ByteView(Bytes(256 + 4, '1'))};
    EXPECT_FALSE(card_.verify(kAuth, &endless));
}

TEST_F(Verify, SendsNothingForAPinPad) {
    open_short();
    EXPECT_TRUE(failed_with(card_.verify(kAuth, ReaderPad{}), Errc::function_not_supported));
}

TEST_F(Verify, SendsNoPinWhenItsFileCannotBeSelected) {
    open_long();
    connection_.on(kSelectAuthPin, "6A82");
    EXPECT_TRUE(failed_with(verify(), Errc::file_not_found));
}

TEST_F(Verify, IsNotShownInTheTrace) {
    open_short();
    log_in_short(kAuth);
    EXPECT_TRUE(log_.says("apdu 00 20 00 98 Lc=** -> 9000"));
    EXPECT_FALSE(log_.says("1234"));
    EXPECT_FALSE(log_.says("31323334"));
}

TEST_F(Verify, ChangePinWantsTheOldOneVerifiedInThisLease) {
    open_short();
    const SecretBytes fresh{ByteView(hex("35363738"))};
    EXPECT_TRUE(failed_with(card_.change_pin(kAuth, fresh), Errc::security_status));
    log_in_short(kAuth);
    EXPECT_TRUE(failed_with(card_.change_pin(kSign, fresh), Errc::security_status));
    EXPECT_TRUE(failed_with(card_.change_pin(kAuth, SecretBytes()), Errc::pin_length));
    connection_.on(kSelectAuthPin, "9000").on("00240180 04 35363738", "9000");
    EXPECT_TRUE(card_.change_pin(kAuth, fresh));
    EXPECT_FALSE(log_.says("35363738"));
}

TEST_F(Verify, ChangePinPassesTheCardsRefusalOn) {
    open_short();
    log_in_short(kAuth);
    const SecretBytes fresh{ByteView(hex("35363738"))};
    connection_.on(kSelectAuthPin, "9000").on("00240180 04 35363738", "6985");
    EXPECT_TRUE(failed_with(card_.change_pin(kAuth, fresh), Errc::wrong_parameters));
    connection_.on("00240180 04 35363738", Errc::transport);
    EXPECT_TRUE(failed_with(card_.change_pin(kAuth, fresh), Errc::transport));
}

}  // namespace
}  // namespace jpki::card::testing
