// The identity where the card knows no short identifiers, and where it has no free certificate to read.
#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr const char* kSelectCertificate = "00A4020C 02 000A";
constexpr const char* kSelectInformation = "00A4020C 02 0006";
constexpr const char* kSelectIssuer = "00A4020C 02 0002";
constexpr const char* kRead = "00B0000000";

class Identify : public FileCardTest {
  protected:
    void expect_identity(ByteView expected) {
        const auto identity = card_.identify();
        ASSERT_TRUE(identity);
        EXPECT_EQ(to_hex(*identity), to_hex(expected));
        connection_.expect_done();
    }
    // Token information and the issuer's certificate, which stand in for the holder's.
    Bytes both() const {
        Bytes all = information_;
        append(all, slice(issuer_, 0, 256));
        return all;
    }

    Bytes information_ = Bytes(160, 'J');
    Bytes issuer_ = certificate(kSize, 3);
};

TEST_F(Identify, SelectsTheCertificateWithoutShortIdentifiers) {
    open_long();
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(file_, 0, 256), "9000");
    expect_identity(slice(file_, 0, 256));
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), kSize);
}

TEST_F(Identify, ReadsAtMostOnceALease) {
    open_long();
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(file_, 0, 256), "9000");
    expect_identity(slice(file_, 0, 256));
    expect_identity(slice(file_, 0, 256));
    connection_.on(kSelectApplication, "9000");
    ASSERT_TRUE(card_.open());
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(file_, 0, 256), "9000");
    expect_identity(slice(file_, 0, 256));
}

TEST_F(Identify, TellsAnotherCardFromTheOneBefore) {
    open_long();
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(file_, 0, 256), "9000");
    expect_identity(slice(file_, 0, 256));
    connection_.on(kSelectApplication, "9000");
    ASSERT_TRUE(card_.open());
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(certificate(kSize, 2), 0, 256), "9000");
    EXPECT_TRUE(failed_with(card_.identify(), Errc::card_removed));
}

TEST_F(Identify, FallsBackWhenTheCertificateIsAbsent) {
    open_long();
    connection_.on(kSelectCertificate, "6A82");
    connection_.on(kSelectInformation, "9000").on(kRead, information_, "6282");
    connection_.on(kSelectIssuer, "9000").on(kRead, slice(issuer_, 0, 256), "9000");
    expect_identity(both());
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), 0U);
}

TEST_F(Identify, FallsBackWhenTheCertificateIsBehindItsPin) {
    open_long();
    connection_.on(kSelectCertificate, "9000").on(kRead, "6982");
    connection_.on(kSelectInformation, "9000").on(kRead, information_, "9000");
    connection_.on(kSelectIssuer, "9000").on(kRead, slice(issuer_, 0, 256), "9000");
    expect_identity(both());
}

TEST_F(Identify, FallsBackWhenTheFileHoldsFillerOrNothing) {
    for (const Bytes& blank : {Bytes(256, 0xFF), Bytes(256, 0x00), Bytes{}}) {
        SCOPED_TRACE(to_hex(slice(blank, 0, 1)));
        ScriptedConnection connection;
        FileCard card(kMyNumber, random_, log_);
        card.serve(connection, {});
        connection.on(kSelectApplication, "9000").on(kReadIdentity, blank, "9000");
        ASSERT_TRUE(card.open());
        connection.on(kSelectCertificate, "9000").on(kRead, blank, "9000");
        connection.on(kSelectInformation, "9000").on(kRead, information_, "9000");
        connection.on(kSelectIssuer, "9000").on(kRead, slice(issuer_, 0, 256), "9000");
        const auto identity = card.identify();
        ASSERT_TRUE(identity);
        EXPECT_TRUE(equal(*identity, both()));
    }
}

TEST_F(Identify, IsTheTokenInformationAloneWithoutAnIssuer) {
    open_long();
    connection_.on(kSelectCertificate, "6A82");
    connection_.on(kSelectInformation, "9000").on(kRead, information_, "9000");
    connection_.on(kSelectIssuer, "6A82");
    expect_identity(information_);
}

TEST_F(Identify, FailsWhenNothingTellsTheCardFromOthers) {
    open_long();
    connection_.on(kSelectCertificate, "6A82");
    connection_.on(kSelectInformation, "9000").on(kRead, "6282");
    connection_.on(kSelectIssuer, "6A82");
    EXPECT_TRUE(failed_with(card_.identify(), Errc::malformed_answer));
    connection_.on(kSelectInformation, "6A82");
    EXPECT_TRUE(failed_with(card_.identify(), Errc::file_not_found));
}

TEST_F(Identify, PassesOtherErrorsOfTheCertificateOn) {
    open_long();
    connection_.on(kSelectCertificate, "6581");
    EXPECT_TRUE(failed_with(card_.identify(), Errc::card_failure));
    connection_.on(kSelectCertificate, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.identify(), Errc::card_reset));
}

// An identity made of half of its parts would make the next lease take the same card for another one.
TEST_F(Identify, PassesTransportErrorsOfTheIssuerOn) {
    open_long();
    connection_.on(kSelectCertificate, "6A82");
    connection_.on(kSelectInformation, "9000").on(kRead, information_, "9000");
    connection_.on(kSelectIssuer, Errc::card_reset);
    EXPECT_TRUE(failed_with(card_.identify(), Errc::card_reset));
}

// SEQUENCE, SEQUENCE, [0] version 3, INTEGER of four bytes, at offset 13.
Bytes with_serial(const char* serial) {
    Bytes der = hex("308203E4 308202CC A003020102 0204");
    append(der, hex(serial));
    der.resize(1000, 0x55);
    return der;
}

class SerialNumber : public Identify {
  protected:
    void SetUp() override { file_ = with_serial("0706D990"); }
};

TEST_F(SerialNumber, IsAllThatLaterLeasesRead) {
    open_short();
    connection_.on(kSelectApplication, "9000").on("00B08A0D06", hex("0204 0706D990"), "9000");
    ASSERT_TRUE(card_.open());
    expect_identity(slice(file_, 0, 256));
}

TEST_F(SerialNumber, OfAnotherCardEndsTheLease) {
    open_short();
    connection_.on(kSelectApplication, "9000").on("00B08A0D06", hex("0204 0706D991"), "9000");
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_removed));
    connection_.on(kSelectApplication, "9000").on("00B08A0D06", hex("0204 0706"), "9000");
    EXPECT_TRUE(failed_with(card_.open(), Errc::card_removed)) << "half of it is not it";
}

TEST_F(SerialNumber, IsReadInTheLongFormToo) {
    open_long();
    connection_.on(kSelectCertificate, "9000").on(kRead, slice(file_, 0, 256), "9000");
    expect_identity(slice(file_, 0, 256));
    connection_.on(kSelectApplication, "9000");
    ASSERT_TRUE(card_.open());
    connection_.on(kSelectCertificate, "9000").on("00B0000D06", hex("0204 0706D990"), "9000");
    expect_identity(slice(file_, 0, 256));
}

TEST_F(SerialNumber, TooShortToTellCardsApartIsNotTakenAlone) {
    file_ = hex("308203E4 308202CC A003020102 020101");
    file_.resize(1000, 0x55);
    open_short();
    open_short();
}

}  // namespace
}  // namespace jpki::card::testing
