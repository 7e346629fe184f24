#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

class Open : public FileCardTest {};

TEST_F(Open, SelectsTheApplicationAndReadsTheIdentityByShortIdentifier) {
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, slice(file_, 0, 256), "9000");
    EXPECT_TRUE(card_.open());
    connection_.expect_done();
    const auto identity = card_.identify();
    ASSERT_TRUE(identity);
    EXPECT_TRUE(equal(*identity, slice(file_, 0, 256)));
}

TEST_F(Open, KeepsTheIdentityAsTheCertificatesFirstPart) {
    open_short();
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), kSize);
    const auto part = card_.read_certificate(kAuth, kUser, 256);
    ASSERT_TRUE(part);
    EXPECT_TRUE(equal(*part, slice(file_, 0, 256)));
}

TEST_F(Open, TakesAShortFileWithItsEndAsAProofToo) {
    const Bytes small = certificate(200 + 60);
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, slice(small, 0, 250), "6282");
    EXPECT_TRUE(card_.open());
    connection_.on("00200098", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
}

TEST_F(Open, TakesNothingElseAsAProofOfShortIdentifiers) {
    const char* const kAnswers[] = {
        "6A86",      "6982",
        "6A82",      "6D00",
        "6700",      "6986",
        "9000",      "4A504B49 9000",
        "3000 9000", "300401020304 9000",
        "30 9000",   "FFFF 9000",
        "0000 9000", "30 80 00 00 9000",
        "6CFF",
    };
    for (const char* answer : kAnswers) {
        SCOPED_TRACE(answer);
        ScriptedConnection connection;
        FileCard card(kMyNumber, random_, log_);
        card.serve(connection, {});
        connection.on(kSelectApplication, "9000").on(kReadIdentity, answer);
        if (std::string_view(answer) == "6CFF") connection.on("00B08A00FF", "6A86");
        EXPECT_TRUE(card.open());
        // The long form everywhere from here on.
        connection.on("00A4020C 02 0018", "9000").on("00200080", "63C3");
        EXPECT_EQ(seen(card.read_counter(kAuth)), "3");
        connection.on(kSelectApplication, "9000");
        EXPECT_TRUE(card.open()) << "asked again";
    }
}

TEST_F(Open, ReadsTheIdentityInEveryLeaseOfACardWithShortIdentifiers) {
    open_short();
    open_short();
    connection_.expect_done();
}

TEST_F(Open, RepeatsTheFirstCommandAfterPowerUpOnce) {
    connection_.on(kSelectApplication, "6F00");
    open_short();
}

TEST_F(Open, RepeatsItOnlyOnce) {
    connection_.on(kSelectApplication, "6F00").on(kSelectApplication, "6F00");
    const Status opened = card_.open();
    ASSERT_TRUE(failed_with(opened, Errc::card_failure));
    EXPECT_EQ(opened.error().detail, 0x6F00U);
}

TEST_F(Open, RepeatsItNeitherLaterNorForAnotherReason) {
    open_short();
    connection_.on(kSelectApplication, "6F00");
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_failure));
    card_.on_reset();
    connection_.on(kSelectApplication, "6982");
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_failure));
    card_.on_reset();
    connection_.on(kSelectApplication, "6F00");
    open_short();
}

TEST_F(Open, CallsACardWithoutTheApplicationNotJpki) {
    for (const char* answer : {"6A82", "6D00", "6E00", "6A86", "6881"}) {
        SCOPED_TRACE(answer);
        connection_.on(kSelectApplication, answer);
        EXPECT_TRUE(failed_with(card_.open(), Errc::not_jpki));
    }
}

TEST_F(Open, PassesTransportErrorsOn) {
    connection_.on(kSelectApplication, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_reset));
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, Errc::card_mute);
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_mute));
}

TEST_F(Open, AFailedReadDoesNotDecideOnShortIdentifiers) {
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, Errc::abandoned);
    EXPECT_TRUE(failed_with(card_.open(), Errc::abandoned));
    open_short();
}

TEST_F(Open, TellsAnotherCardFromTheOneBefore) {
    open_short();
    const Bytes other = certificate(kSize, 2);
    connection_.on(kSelectApplication, "9000").on(kReadIdentity, slice(other, 0, 256), "9000");
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_removed));
}

TEST_F(Open, ForgetsWhoWasVerified) {
    open_short();
    log_in_short(kAuth);
    EXPECT_TRUE(card_.is_verified(kAuth));
    open_short();
    EXPECT_FALSE(card_.is_verified(kAuth));
}

TEST_F(Open, AResetForgetsWhoWasVerifiedAndWhatIsCurrent) {
    open_long();
    connection_.on("00A4020C 02 0018", "9000").on("00200080 04 31323334", "9000");
    EXPECT_TRUE(card_.verify(kAuth, &pin_));
    card_.on_reset();
    EXPECT_FALSE(card_.is_verified(kAuth));
    connection_.on("00A4020C 02 0018", "9000").on("00200080", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
}

TEST_F(Open, ShowsTheFamilyOfItsProfile) { EXPECT_EQ(&card_.family(), &kMyNumber.family); }

}  // namespace
}  // namespace jpki::card::testing
