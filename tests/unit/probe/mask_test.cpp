#include "probe/mask.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::StatusWord;
using card::testing::hex;

constexpr StatusWord kOk{0x9000};

std::string told(Mask mask, ByteView answer, StatusWord sw = kOk) {
    std::string all;
    for (const Finding& finding : Masker().look(mask, sw, answer))
        all += (all.empty() ? "" : " ") + std::string(finding.key) + "=" + finding.value;
    return all;
}

Bytes text(std::string_view words, std::size_t width) {
    Bytes field = to_bytes(words);
    field.resize(width, ' ');
    return field;
}

constexpr std::array kMasks{Mask::nothing, Mask::tries,     Mask::label,  Mask::model,
                            Mask::serial,  Mask::numbers,   Mask::octets, Mask::start,
                            Mask::head,    Mask::head_more, Mask::filler};

// Everything that a finding may be made of.
const std::regex kVocabulary(
    "not reported|other|other octets|blank|one character, repeated|printable "
    "characters|empty|certificate|FF|00"
    "|JPKIAPICCTOKEN2?|JPKIAPGPSETOKEN|JPKIAPIOSTOKEN|my-number|juki|android|iphone|E16R01NJ"
    "|unknown|RSA( \\d+)?|EC( P-\\d+)?|[a-zA-Z0-9]+With[a-zA-Z]+|ecdsa-with-SHA\\d+|RSASSA-PSS"
    "|\\?|(19|20)\\d\\d|\\d{1,8}|16 digits|\\d+ digits|within the certificate"
    "|[0-9A-F]{6}|[0-9A-F]{2}( [0-9A-F]{2}){0,2}|[Aa9_?]\\d+( [Aa9_?]\\d+)*");

// Octets of every kind in answers of every length: never anything but the vocabulary.
TEST(ProbeMask, SaysNothingThatIsNotInItsVocabulary) {
    std::uint32_t state = 1;
    const auto next = [&state] {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::uint8_t>(state >> 24U);
    };
    for (int round = 0; round < 3000; ++round) {
        Masker masker;
        for (const Mask mask : kMasks) {
            Bytes answer(next() % 3 == 0 ? next() : (next() % 2 == 0 ? 32 : 28));
            for (std::uint8_t& octet : answer)
                octet = round % 2 == 0 ? next() : static_cast<std::uint8_t>('0' + next() % 60);
            if (mask == Mask::head && answer.size() > 4) answer[0] = 0x30, answer[1] = 0x82;
            for (const Finding& finding : masker.look(mask, kOk, answer))
                ASSERT_TRUE(std::regex_match(finding.value, kVocabulary))
                    << finding.key << ": " << finding.value;
        }
    }
}

TEST(ProbeMask, SaysNothingOfWhatWasRefused) {
    const Bytes answer = text("JPKIAPICCTOKEN2", 32);
    for (const Mask mask : kMasks) {
        const std::string expected = mask == Mask::tries ? "tries=not reported" : "";
        EXPECT_EQ(told(mask, answer, StatusWord(0x6982)), expected);
    }
}

TEST(ProbeMask, TellsTries) {
    EXPECT_EQ(told(Mask::tries, {}, StatusWord(0x63C3)), "tries=3");
    EXPECT_EQ(told(Mask::tries, {}, StatusWord(0x63C0)), "tries=0");
    EXPECT_EQ(told(Mask::tries, {}, StatusWord(0x6984)), "tries=0");
    EXPECT_EQ(told(Mask::tries, {}, StatusWord(0x6A88)), "tries=not reported");
    EXPECT_EQ(told(Mask::tries, {}, kOk), "tries=not reported");
}

TEST(ProbeMask, TellsPublishedLabelsAndOfOthersTheShape) {
    EXPECT_EQ(told(Mask::label, text("JPKIAPICCTOKEN2", 32)), "label=JPKIAPICCTOKEN2 family=my-number");
    EXPECT_EQ(told(Mask::label, text("JPKIAPICCTOKEN", 32)), "label=JPKIAPICCTOKEN family=juki");
    EXPECT_EQ(told(Mask::label, text("Taro 1985", 32)), "shape=A1 a3 _1 94 _23");
    EXPECT_EQ(told(Mask::model, text("E16R01NJ", 16)), "model=E16R01NJ");
    EXPECT_EQ(told(Mask::model, text("SECRET99", 16)), "shape=A6 92 _8");
}

TEST(ProbeMask, TellsOnlyWhetherThereIsANumber) {
    EXPECT_EQ(told(Mask::serial, text("0000000020500003", 16)), "number=16 digits");
    EXPECT_EQ(told(Mask::serial, text("", 16)), "number=blank");
    EXPECT_EQ(told(Mask::serial, Bytes(16, 0xFF)), "number=blank");
    EXPECT_EQ(told(Mask::serial, Bytes(16, '9')), "number=one character, repeated");
    EXPECT_EQ(told(Mask::serial, text("AB12", 16)), "number=printable characters");
    EXPECT_EQ(told(Mask::serial, hex("0102030405060708")), "number=other octets");
}

TEST(ProbeMask, TellsFlagsAndLengthsWhereTheyAreThat) {
    EXPECT_EQ(told(Mask::numbers, hex("0000040D 00000001 00000000 00000001 00000000 00000010 00000006")),
              "flags=00040D longest=16 shortest=6");
    EXPECT_EQ(told(Mask::numbers, text("Taro Shiken, Minamishiken", 28)),
              "flags=other longest=other shortest=other");
    EXPECT_EQ(told(Mask::numbers, hex("0000040D")), "");
}

TEST(ProbeMask, TellsNoMoreThanThreeOctetsOfAvailability) {
    EXPECT_EQ(told(Mask::octets, hex("8F 8F 00")), "octets=8F 8F 00");
    EXPECT_EQ(told(Mask::octets, hex("8F 8F 00 12 34")), "octets=8F 8F 00");
    EXPECT_EQ(told(Mask::octets, {}), "");
}

TEST(ProbeMask, TellsWhatACertificateFileBeginsWith) {
    EXPECT_EQ(told(Mask::start, hex("30 82 07 75")), "content=certificate");
    EXPECT_EQ(told(Mask::start, hex("FF FF FF FF")), "content=FF");
    EXPECT_EQ(told(Mask::start, hex("00 00 00 00")), "content=00");
    EXPECT_EQ(told(Mask::start, {}), "content=empty");
    EXPECT_EQ(told(Mask::start, hex("31 32 33 34")), "content=other");
}

// How long the signature certificate is depends on a name and an address.
TEST(ProbeMask, TellsTheLengthOfTheAuthenticationCertificateOnly) {
    EXPECT_EQ(told(Mask::start, hex("30 82 07 75")).find("1909"), std::string::npos);
    EXPECT_EQ(told(Mask::head, hex("30 82 06 53 30 82 05 3B")), "content=certificate octets=1623");
}

TEST(ProbeMask, JudgesFillerOnlyBehindTheCertificate) {
    const Bytes filler(4, 0xFF);
    EXPECT_EQ(told(Mask::filler, filler), "");
    Masker shorter;
    (void)shorter.look(Mask::head, kOk, hex("30 82 06 53"));
    EXPECT_EQ(shorter.look(Mask::filler, kOk, filler).at(0).value, "FF");
    EXPECT_EQ(shorter.look(Mask::filler, kOk, hex("00000000")).at(0).value, "00");
    EXPECT_EQ(shorter.look(Mask::filler, kOk, hex("31323334")).at(0).value, "other");
    Masker longer;
    (void)longer.look(Mask::head, kOk, hex("30 82 07 00"));
    EXPECT_EQ(longer.look(Mask::filler, kOk, hex("31323334")).at(0).value, "within the certificate");
}

}  // namespace
}  // namespace jpki::probe
