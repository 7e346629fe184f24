#include "file_card_fixture.hpp"

namespace jpki::card::testing {
namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

class Certificate : public FileCardTest {
  protected:
    void expect_content(KeyPurpose purpose, CertRole role, std::size_t at_least, ByteView expected) {
        const auto content = card_.read_certificate(purpose, role, at_least);
        ASSERT_TRUE(content) << content.error().what;
        EXPECT_EQ(to_hex(*content), to_hex(expected));
        connection_.expect_done();
    }
};

TEST_F(Certificate, GrowsFromTheIdentityWithoutReadingTwice) {
    open_short();
    connection_.on("00B0010000", slice(file_, 256, 256), "9000");
    expect_content(kAuth, kUser, 400, slice(file_, 0, 512));
    expect_content(kAuth, kUser, 512, slice(file_, 0, 512));
    connection_.on("00B0020000", slice(file_, 512, 256), "9000");
    connection_.on("00B00300E8", slice(file_, 768, 232), "9000");
    expect_content(kAuth, kUser, kAll, file_);
    expect_content(kAuth, kUser, kAll, file_);
}

TEST_F(Certificate, OverlapsByOneByteToReachTheFileByShortIdentifierAgain) {
    open_short();
    connection_.on("00200098", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    connection_.on("00B08AFF00", slice(file_, 255, 256), "9000");
    connection_.on("00B001FF00", slice(file_, 511, 256), "9000");
    expect_content(kAuth, kUser, 767, slice(file_, 0, 767));
}

TEST_F(Certificate, BehindTheShortIdentifiersReachTheFileIsSelected) {
    open_short();
    connection_.on("00B0010000", slice(file_, 256, 256), "9000");
    expect_content(kAuth, kUser, 512, slice(file_, 0, 512));
    connection_.on("00200098", "63C3");
    EXPECT_EQ(seen(card_.read_counter(kAuth)), "3");
    connection_.on("00A4020C 02 000A", "9000").on("00B0020000", slice(file_, 512, 256), "9000");
    expect_content(kAuth, kUser, 513, slice(file_, 0, 768));
}

TEST_F(Certificate, EachFileHasItsOwnIdentifiers) {
    open_short();
    connection_.on("00B0810000", slice(file_, 0, 256), "9000");
    expect_content(kSign, kUser, 1, slice(file_, 0, 256));
    connection_.on("00B0820000", slice(file_, 0, 256), "9000");
    expect_content(kSign, kAuthority, 1, slice(file_, 0, 256));
    connection_.on("00B08B0000", slice(file_, 0, 256), "9000");
    expect_content(kAuth, kAuthority, 1, slice(file_, 0, 256));
    open_short();
    open_short();
}

TEST_F(Certificate, IsSelectedOnceWithoutShortIdentifiers) {
    open_long();
    connection_.on("00A4020C 02 000B", "9000").on("00B0000000", slice(file_, 0, 256), "9000");
    connection_.on("00B0010000", slice(file_, 256, 256), "9000");
    connection_.on("00B0020000", slice(file_, 512, 256), "9000");
    connection_.on("00B00300E8", slice(file_, 768, 232), "9000");
    expect_content(kAuth, kAuthority, kAll, file_);
}

TEST_F(Certificate, TrimsFillerBehindTheDer) {
    Bytes small = certificate(260);
    Bytes filled = small;
    filled.resize(2000, 0xFF);
    open_long();
    connection_.on("00A4020C 02 000B", "9000").on("00B0000000", slice(filled, 0, 256), "9000");
    connection_.on("00B0010004", slice(filled, 256, 4), "9000");
    expect_content(kAuth, kAuthority, kAll, small);

    Bytes tiny = hex("3003020101");
    tiny.resize(256, 0x00);
    connection_.on("00A4020C 02 0001", "9000").on("00B0000000", tiny, "9000");
    expect_content(kSign, kUser, kAll, hex("3003020101"));
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 5U);
}

TEST_F(Certificate, GoesOnWhenTheCardBringsLessThanAsked) {
    open_long();
    connection_.on("00A4020C 02 000B", "9000").on("00B0000000", slice(file_, 0, 100), "9000");
    connection_.on("00B0006400", slice(file_, 100, 156), "6282");
    connection_.on("00B0010000", slice(file_, 256, 1), "9000");
    connection_.on("00B0010100", slice(file_, 257, 255), "9000");
    expect_content(kAuth, kAuthority, 512, slice(file_, 0, 512));
}

TEST_F(Certificate, WaitsForItsHeaderWhenTheFirstAnswersAreTiny) {
    open_long();
    connection_.on("00A4020C 02 000B", "9000").on("00B0000000", slice(file_, 0, 4), "9000");
    connection_.on("00B0000400", slice(file_, 4, 256), "9000");
    expect_content(kAuth, kAuthority, 10, slice(file_, 0, 260));
}

TEST_F(Certificate, IsAbsentWhenTheFileIsMissingEmptyOrFiller) {
    open_long();
    connection_.on("00A4020C 02 0001", "6A82");
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::file_not_found));
    for (const char* empty : {"6B00", "9000", "6282"}) {
        connection_.on("00A4020C 02 0001", "9000").on("00B0000000", empty);
        EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::file_not_found)) << empty;
        connection_.on(kSelectApplication, "9000");
        ASSERT_TRUE(card_.open());
    }
    for (const std::uint8_t filler : Bytes{0xFF, 0x00}) {
        connection_.on("00A4020C 02 0001", "9000").on("00B0000000", Bytes(256, filler), "9000");
        EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::file_not_found));
        connection_.on(kSelectApplication, "9000");
        ASSERT_TRUE(card_.open());
    }
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 0U);
}

TEST_F(Certificate, RefusesWhatIsNoCertificate) {
    open_long();
    connection_.on("00A4020C 02 0001", "9000");
    // No sequence; an indefinite length; a non-minimal one; more than READ BINARY's 15 bits reach.
    for (const char* head : {"0482 0100", "3080 0000", "3082 00FF", "3083 008000", "3082 7FFC"}) {
        Bytes content = hex(head);
        content.resize(256, 0x11);
        connection_.on("00B0000000", content, "9000");
        EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::malformed_answer)) << head;
    }
}

TEST_F(Certificate, OfTheLongestFileIsAccepted) {
    open_long();
    Bytes content = hex("3082 7FFB");
    content.resize(256, 0x11);
    connection_.on("00A4020C 02 0001", "9000").on("00B0000000", content, "9000");
    EXPECT_TRUE(card_.read_certificate(kSign, kUser, 1));
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 0x7FFFU);
}

// Found by the fuzzer of card answers.
TEST_F(Certificate, InCrumbsIsGivenUp) {
    open_long();
    Bytes content = hex("3082 7FFB");
    content.resize(256, 0x11);
    connection_.on("00A4020C 02 0001", "9000").on("00B0000000", content, "9000");
    for (unsigned offset = 256; offset < 256 + 191; ++offset) {
        const Bytes at{static_cast<std::uint8_t>(offset >> 8U), static_cast<std::uint8_t>(offset)};
        connection_.on("00B0" + to_hex(at) + "00", "11 9000");
    }
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, kAll), Errc::malformed_answer));
    connection_.expect_done();
}

TEST_F(Certificate, IsMalformedWhenTheFileEndsEarly) {
    for (const char* end : {"6B00", "9000", "6282"}) {
        SCOPED_TRACE(end);
        ScriptedConnection connection;
        FileCard card(kMyNumber, random_, log_);
        card.serve(connection, {});
        connection.on(kSelectApplication, "9000").on(kReadIdentity, "6A86");
        ASSERT_TRUE(card.open());
        connection.on("00A4020C 02 0001", "9000").on("00B0000000", slice(file_, 0, 256), "9000");
        connection.on("00B0010000", end);
        EXPECT_TRUE(failed_with(card.read_certificate(kSign, kUser, kAll), Errc::malformed_answer));
        EXPECT_EQ(card.certificate_size(kSign, kUser), 0U) << "what was read of it is kept";
        connection.on("00B0000000", slice(file_, 0, 256), "9000");
        EXPECT_TRUE(card.read_certificate(kSign, kUser, 1));
    }
}

TEST_F(Certificate, RefusesMoreThanItAskedFor) {
    open_long();
    connection_.on("00A4020C 02 0001", "9000").on("00B0000000", slice(file_, 0, 256), "9000");
    connection_.on("00B0010000", slice(file_, 256, 256), "9000");
    connection_.on("00B0020000", slice(file_, 512, 256), "9000").on("00B00300E8", Bytes(233, 1), "9000");
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, kAll), Errc::malformed_answer));
}

TEST_F(Certificate, BehindAPinSaysSo) {
    open_short();
    connection_.on("00B0810000", "6982");
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, 1), Errc::security_status));
}

TEST_F(Certificate, PassesErrorsOnAndBeginsAnew) {
    open_short();
    connection_.on("00B0810000", slice(file_, 0, 256), "9000").on("00B0010000", Errc::transport);
    EXPECT_TRUE(failed_with(card_.read_certificate(kSign, kUser, kAll), Errc::transport));
    EXPECT_EQ(card_.certificate_size(kSign, kUser), 0U);
    connection_.on("00B0000000", slice(file_, 0, 256), "9000");
    expect_content(kSign, kUser, 1, slice(file_, 0, 256));
}

TEST_F(Certificate, HasNoSizeBeforeItsBeginningWasRead) {
    open_long();
    EXPECT_EQ(card_.certificate_size(kAuth, kUser), 0U);
    EXPECT_EQ(card_.certificate_size(kSign, kAuthority), 0U);
}

}  // namespace
}  // namespace jpki::card::testing
