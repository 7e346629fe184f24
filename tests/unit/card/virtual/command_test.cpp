// Every command but the PIN and sign commands: the bytes that public software sends, and their refusals.
#include <algorithm>
#include <set>

#include "test_card.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::test {
namespace {

TEST(Select, ApplicationByFullNameAnswersBareSuccess) {
    TestCard card;
    EXPECT_EQ(card.send(kSelectJpki), hex("9000"));
}

TEST(Select, ApplicationWithControlInformation) {
    TestCard card;
    EXPECT_EQ(card.send("00A404000AD392F00026010000000100"), hex("6F0C840AD392F0002601000000019000"));
}

TEST(Select, RightTruncatedNameMatches) {
    TestCard card;
    EXPECT_EQ(card.sw("00A4040C05D392F00026"), "9000");
    EXPECT_EQ(card.sw("00A4020C020018"), "9000");
}

TEST(Select, NameThatGoesOnDoesNotMatch) {
    TestCard card;
    EXPECT_EQ(card.sw("00A4040C0BD392F00026010000000100"), "6A82");
}

TEST(Select, UnknownApplicationIsNotFoundAndKeepsTheSelection) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00A4040C07A0000000031010"), "6A82");
    EXPECT_EQ(card.sw("00A4020C020018"), "9000");
}

TEST(Select, EveryFileOfTheApplicationExists) {
    JpkiCard card;
    for (const char* id : {"0001", "0002", "0006", "0008", "0009", "000A", "000B", "0010", "0016", "0017",
                           "0018", "001A", "001B"}) {
        EXPECT_EQ(card.send(std::string("00A4020C02") + id), hex("9000")) << id;
    }
    for (const char* id : {"0003", "0011", "3F00", "2F00", "5031"}) {
        EXPECT_EQ(card.sw(std::string("00A4020C02") + id), "6A82") << id;
    }
}

TEST(Select, FileNeedsAnApplication) {
    TestCard card;
    EXPECT_EQ(card.sw("00A4020C020006"), "6A82");
}

TEST(Select, OtherFormsOfP1AreRefused) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00A4090C020006"), "6A86");
    EXPECT_EQ(card.sw("00A4030C"), "6A86");
    EXPECT_EQ(card.sw("00A40204020006"), "6A86");
}

TEST(Select, ThereIsNoMasterFile) {
    TestCard card;
    EXPECT_EQ(card.sw("00A4000C023F00"), "6A82");
    EXPECT_EQ(card.sw("00A40000"), "6A86");
    card.sw(kSelectJpki);
    EXPECT_EQ(card.sw("00A40000"), "9000");
    EXPECT_EQ(card.sw("00B0860010"), "9000") << "the bare form has no effect";
}

TEST(Select, OtherApplicationsOfTheCardCanBeSelected) {
    TestCard card;
    for (const char* aid :
         {"D3921000310001010408", "D3921000310001010402", "D3921000310001010401", "D3921000310001010100"}) {
        EXPECT_EQ(card.sw(std::string("00A4040C0A") + aid), "9000") << aid;
    }
    EXPECT_EQ(card.sw(kSelectManager), "9000");
}

TEST(Select, ReselectingLosesTheCurrentFile) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00A4020C020006"), "9000");
    EXPECT_EQ(card.sw("00B0000010"), "9000");
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
    EXPECT_EQ(card.sw("00B0000010"), "6986");
}

TEST(ReadBinary, ByCurrentFile) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00A4020C020006"), "9000");
    EXPECT_EQ(card.text("00B000000F"), to_hex(to_bytes(std::string_view("JPKIAPICCTOKEN2"))));
}

TEST(ReadBinary, ByShortIdentifierMakesTheFileCurrent) {
    JpkiCard card;
    EXPECT_EQ(card.text("00B0860004"), "4A504B49");
    EXPECT_EQ(card.text("00B0000404"), "41504943");
    EXPECT_EQ(card.text("00B0860404"), "41504943") << "P2 is the offset";
}

TEST(ReadBinary, WithoutCurrentFileIsRefused) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00B0000000"), "6986");
}

TEST(ReadBinary, UnknownShortIdentifierIsNotFound) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00B0830000"), "6A82");
    EXPECT_EQ(card.sw("00B0800000"), "6A86");
    EXPECT_EQ(card.sw("00B0C60000"), "6A86");
}

TEST(ReadBinary, NeedsLeAndNoData) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00B08600"), "6700");
    EXPECT_EQ(card.sw("00B0860001AA"), "6700");
    EXPECT_EQ(card.sw("00B0860001AA00"), "6700");
}

TEST(ReadBinary, OffsetsAtTheEndOfTheFile) {
    JpkiCard card;
    EXPECT_EQ(card.send("00B0869F01"), hex("39 9000")) << "the last byte of 160";
    EXPECT_EQ(card.send("00B0869F00"), hex("39 9000")) << "a read that starts inside is cut short";
    EXPECT_EQ(card.sw("00B086A001"), "6B00");
    EXPECT_EQ(card.sw("00B07FFF00"), "6B00");
}

TEST(ReadBinary, PinAndKeyFilesCannotBeRead) {
    JpkiCard card;
    for (const char* short_id : {"97", "98", "9A", "9B", "90", "96"}) {
        EXPECT_EQ(card.sw(std::string("00B0") + short_id + "0000"), "6981") << short_id;
    }
    EXPECT_EQ(card.sw("00B0890000"), "6982") << "0009 exists and is nobody's";
}

TEST(ReadBinary, SignatureCertificateNeedsTheSignaturePassword) {
    JpkiCard card;
    EXPECT_EQ(card.sw("00B0810000"), "6982");
    EXPECT_EQ(card.sw(kVerifyAuth), "9000");
    EXPECT_EQ(card.sw("00B0810000"), "6982");
    EXPECT_EQ(card.sw(kVerifySign), "9000");
    EXPECT_EQ(card.sw("00B0810000"), "9000");
}

TEST(ReadBinary, OtherCertificatesAreFree) {
    JpkiCard card;
    for (const unsigned short_id : {0x02U, 0x0AU, 0x0BU}) {
        EXPECT_EQ(card.read_file(short_id).size(), 2048U) << short_id;
    }
}

TEST(ReadBinary, CertificatesAreFollowedByFiller) {
    JpkiCard card;
    card.sw(kVerifySign);
    const Bytes file = card.read_file(0x01);
    ASSERT_EQ(file.size(), 2560U);
    const Bytes& certificate = card.image().certificate(Role::kSignCert);
    EXPECT_TRUE(starts_with(file, certificate));
    EXPECT_TRUE(std::all_of(file.begin() + std::ssize(certificate), file.end(),
                            [](std::uint8_t byte) { return byte == 0xFF; }));
}

TEST(TokenInformation, IsASerialisedTokenInfoOf160Bytes) {
    JpkiCard card;
    const Bytes file = card.read_file(0x06);
    ASSERT_EQ(file.size(), 160U);
    const std::string text(file.begin(), file.end());
    EXPECT_EQ(text.substr(0, 32), "JPKIAPICCTOKEN2                 ");
    EXPECT_EQ(text.substr(32, 32), "00000000000000000000000000000001");
    EXPECT_EQ(text.substr(64, 16), "E16R01NJ        ");
    EXPECT_EQ(text.substr(80, 16), "0000000020500003");
    EXPECT_EQ(to_hex(slice(file, 96, 28)), "0000040D000000010000000000000001000000000000001000000006");
    EXPECT_EQ(to_hex(slice(file, 124, 16)), std::string(32, 'F'));
    EXPECT_EQ(text.substr(140), "03019999999999999999");
}

TEST(Availability, IsThreeBytesWithoutFiller) {
    JpkiCard card;
    EXPECT_EQ(card.text("00B0880000"), "8F8F00");
}

TEST(GetChallenge, GivesAsManyRandomBytesAsAsked) {
    TestCard card;
    EXPECT_EQ(card.data("0084000008").size(), 8U);
    EXPECT_EQ(card.data("0084000000").size(), 256U);
    EXPECT_NE(card.data("0084000008"), card.data("0084000008"));
    EXPECT_EQ(card.sw("00840000"), "6700");
    EXPECT_EQ(card.sw("0084010008"), "6A86");
}

TEST(ClassByte, ChannelsSecureMessagingAndChainingAreRefused) {
    JpkiCard card;
    EXPECT_EQ(card.sw("01B0860000"), "6881");
    EXPECT_EQ(card.sw("04B0860000"), "69FC");
    EXPECT_EQ(card.sw("08B0860000"), "69FC");
    EXPECT_EQ(card.sw("0CB0860000"), "69FC");
    EXPECT_EQ(card.sw("08A4040C0AD392F000260100000001"), "6882");
    EXPECT_EQ(card.sw("10B0860000"), "6884");
    EXPECT_EQ(card.sw("20B0860000"), "6E00");
    EXPECT_EQ(card.sw("C0B0860000"), "6E00");
    EXPECT_EQ(card.sw("FFB0860000"), "6E00");
}

TEST(Instruction, UnknownOnesAndWrongClassesAreRefused) {
    JpkiCard card;
    EXPECT_EQ(card.sw("002C008004 31323334"), "6D00") << "there is no RESET RETRY COUNTER";
    EXPECT_EQ(card.sw("0022F301"), "6D00") << "there is no MANAGE SECURITY ENVIRONMENT";
    EXPECT_EQ(card.sw("002A9E9A03 616263 00"), "6E00");
    EXPECT_EQ(card.sw("80B0860000"), "6E00");
    EXPECT_EQ(card.sw("00C0000000"), "6D00");
    EXPECT_EQ(card.sw("80AE0000"), "6982");
    EXPECT_EQ(card.sw("80540080"), "6982");
    EXPECT_EQ(card.sw("80FC0000"), "6700");
}

TEST(ExtendedLength, ReachesWhatIsTooLargeForAShortOne) {
    TestCard card;
    EXPECT_EQ(card.sw("00CA7F2100"), "6700");
    EXPECT_EQ(card.sw("00CA7F21000000"), "9000");
}

TEST(Power, AnOffCardIsMute) {
    TestCard card;
    card.power_off();
    EXPECT_TRUE(card.send(kSelectJpki).empty());
    EXPECT_EQ(card.oracle().apdus, 0U);
}

TEST(Power, AResetBringsAnOffCardToLife) {
    Card card(default_image());
    EXPECT_FALSE(card.powered());
    card.reset();
    EXPECT_TRUE(card.powered());
    EXPECT_EQ(card.oracle().power_ups, 1U);
    EXPECT_EQ(card.oracle().resets, 0U);
}

TEST(Power, OffAndOnForgetsTheSelection) {
    JpkiCard card;
    card.sw("00B0860010");
    card.power_off();
    card.power_on();
    EXPECT_EQ(card.sw("00B0000010"), "6986");
    EXPECT_EQ(card.sw("00A4020C020006"), "6A82");
}

TEST(Fault, BeforeExecutionTheCardSeesNothing) {
    JpkiCard card;
    const std::size_t at = card.next_index();
    card.on_fault_before([&](std::size_t index, ByteView) -> std::optional<Bytes> {
        if (index != at) return std::nullopt;
        return hex("6F00");
    });
    EXPECT_EQ(card.sw(kWrongAuth), "6F00");
    EXPECT_EQ(card.oracle().auth_pin.verifies, 0U);
    EXPECT_EQ(card.sw(kWrongAuth), "63C2");
}

TEST(Fault, AfterExecutionTheAnswerIsLostButTheTryIsSpent) {
    JpkiCard card;
    card.on_fault_after([](std::size_t, ByteView, ByteView answer) -> std::optional<Bytes> {
        EXPECT_EQ(to_hex(answer), "63C2");
        return Bytes{};
    });
    EXPECT_EQ(card.sw(kWrongAuth), "mute");
    EXPECT_EQ(card.oracle().auth_pin.tries_left, 2U);
}

TEST(Oracle, CountsWhatHappened) {
    JpkiCard card;
    card.sw(kQueryAuth);
    card.sw(kVerifyAuth);
    card.sw(kWrongSign);
    card.sw(kSignAuth);
    card.sw(kSignSign);
    card.reset();
    const Oracle oracle = card.oracle();
    EXPECT_EQ(oracle.apdus, 6U);
    EXPECT_EQ(oracle.selects, 1U);
    EXPECT_EQ(oracle.auth_pin.queries, 1U);
    EXPECT_EQ(oracle.auth_pin.verifies, 1U);
    EXPECT_EQ(oracle.auth_pin.failed, 0U);
    EXPECT_TRUE(oracle.auth_pin.verified);
    EXPECT_EQ(oracle.sign_pin.failed, 1U);
    EXPECT_EQ(oracle.sign_pin.tries_left, 4U);
    EXPECT_EQ(oracle.sign_pin.tries_max, 5U);
    EXPECT_FALSE(oracle.sign_pin.verified);
    EXPECT_EQ(oracle.auth_key.signatures, 1U);
    EXPECT_EQ(oracle.auth_key.by_p1[0], 1U);
    EXPECT_EQ(oracle.sign_key.signatures, 0U);
    EXPECT_EQ(oracle.sign_key.refused, 1U);
    EXPECT_EQ(oracle.power_ups, 1U);
    EXPECT_EQ(oracle.resets, 1U);
    card.reset_oracle();
    EXPECT_EQ(card.oracle().apdus, 0U);
    EXPECT_EQ(card.oracle().sign_pin.tries_left, 4U) << "counters are the card's, not the oracle's";
}

}  // namespace
}  // namespace jpki::vcard::test
