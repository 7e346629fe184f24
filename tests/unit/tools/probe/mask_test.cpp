#include "probe/mask.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::StatusWord;
using card::testing::hex;

constexpr StatusWord kOk{0x9000};

// A read at 0000.
constexpr Command command_of(Mask mask) {
    return {.id = "",
            .phase = 1,
            .fact = Fact::family,
            .mask = mask,
            .when = When::always,
            .apdu = Apdu("00 B0 00 00 00"),
            .why = {}};
}
constexpr Command part_at(std::uint8_t offset) {
    constexpr std::array kOffsets{Apdu("00 B0 00 00 00"), Apdu("00 B0 01 00 00"), Apdu("00 B0 02 00 00"),
                                  Apdu("00 B0 03 00 00"), Apdu("00 B0 04 00 00"), Apdu("00 B0 05 00 00"),
                                  Apdu("00 B0 06 00 00"), Apdu("00 B0 07 00 00"), Apdu("00 B0 08 00 00")};
    Command command = command_of(Mask::part);
    command.apdu = kOffsets.at(offset);
    return command;
}

std::string as_text(const std::vector<ToldValue>& findings) {
    std::string all;
    for (const ToldValue& finding : findings)
        all += (all.empty() ? "" : " ") + std::string(finding.key) + "=" + finding.value;
    return all;
}
std::string told(Mask mask, ByteView answer, StatusWord sw = kOk) {
    return as_text(Masker().look(command_of(mask), sw, answer));
}

Bytes text(std::string_view words, std::size_t width) {
    Bytes field = to_bytes(words);
    field.resize(width, ' ');
    return field;
}

constexpr std::array kMasks{Mask::nothing, Mask::tries,       Mask::label, Mask::model,
                            Mask::serial,  Mask::numbers,     Mask::bytes, Mask::start,
                            Mask::head,    Mask::head_public, Mask::part,  Mask::atr};

// Everything that a finding may be made of.
const std::regex kVocabulary(
    "not reported|another|other|other bytes|blank|one character, repeated|printable "
    "characters|empty|certificate|FF|00"
    "|JPKIAPICCTOKEN2?|JPKIAPGPSETOKEN|JPKIAPIOSTOKEN|my-number|juki|android|iphone|E16R01NJ"
    "|unknown|RSA( \\d+)?|EC( P-\\d+)?|[a-zA-Z0-9]+With[a-zA-Z]+|ecdsa-with-SHA\\d+|RSASSA-PSS"
    "|\\?|(19|20)\\d\\d|\\d{1,8}|16 digits|\\d+ digits|with the certificate"
    "|[0-9A-F]{6}|[0-9A-F]{2}( [0-9A-F]{2}){0,2}|[Aa9_?]\\d+( [Aa9_?]\\d+)*");

// Bytes of every kind in answers of every length: never anything but the vocabulary.
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
            for (std::uint8_t& byte : answer)
                byte = round % 2 == 0 ? next() : static_cast<std::uint8_t>('0' + next() % 60);
            if (mask == Mask::head && answer.size() > 4) answer[0] = 0x30, answer[1] = 0x82;
            for (const ToldValue& finding :
                 masker.look(mask == Mask::part ? part_at(1) : command_of(mask), kOk, answer))
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
    EXPECT_EQ(told(Mask::serial, hex("0102030405060708")), "number=other bytes");
}

TEST(ProbeMask, TellsFlagsAndLengthsWhereTheyAreThat) {
    EXPECT_EQ(told(Mask::numbers, hex("0000040D 00000001 00000000 00000001 00000000 00000010 00000006")),
              "flags=00040D longest=16 shortest=6");
    EXPECT_EQ(told(Mask::numbers, text("Taro Shiken, Minamishiken", 28)),
              "flags=other longest=other shortest=other");
    EXPECT_EQ(told(Mask::numbers, hex("0000040D")), "");
}

TEST(ProbeMask, TellsAnAtrThatTheCardNamesOnlyWhereItIsPublished) {
    EXPECT_EQ(told(Mask::atr, hex("E0 00 FF 81 31 FE 45 14")), "atr=3B E0 00 FF 81 31 FE 45 14");
    EXPECT_EQ(told(Mask::atr, hex("E0 00 FF 81 31 FE 45 15")), "atr=another");
    EXPECT_EQ(told(Mask::atr, text("Minamishiken", 200)), "atr=another");
}

TEST(ProbeMask, TellsNoMoreThanThreeBytesOfAvailability) {
    EXPECT_EQ(told(Mask::bytes, hex("8F 8F 00")), "bytes=8F 8F 00");
    EXPECT_EQ(told(Mask::bytes, hex("8F 8F 00 12 34")), "bytes=8F 8F 00");
    EXPECT_EQ(told(Mask::bytes, {}), "");
}

TEST(ProbeMask, TellsWhatACertificateFileBeginsWith) {
    EXPECT_EQ(told(Mask::start, hex("30 82 07 75")), "content=certificate");
    EXPECT_EQ(told(Mask::start, hex("FF FF FF FF")), "content=FF");
    EXPECT_EQ(told(Mask::start, hex("00 00 00 00")), "content=00");
    EXPECT_EQ(told(Mask::start, {}), "content=empty");
    EXPECT_EQ(told(Mask::start, hex("31 32 33 34")), "content=other");
}

// How long the signature certificate is depends on a name and an address, the other's on a city.
TEST(ProbeMask, TellsOfLengthsOnlyAboutThatOfTheAuthenticationCertificate) {
    EXPECT_EQ(told(Mask::start, hex("30 82 07 75")).find("1909"), std::string::npos);
    EXPECT_EQ(told(Mask::head, hex("30 82 06 53 30 82 05 3B")), "content=certificate bytes=1600");
    // The real ones that are known have 1571 to 1586 bytes.
    for (const char* start : {"30 82 06 1F", "30 82 06 2E"})
        EXPECT_EQ(told(Mask::head, hex(start)), "content=certificate bytes=1600");
    EXPECT_EQ(told(Mask::head_public, hex("30 82 05 18")), "content=certificate");
}

// A file of 1304 bytes of certificate, as its first read has said.
Masker within(const char* start = "30 82 05 14") {
    Masker masker;
    (void)masker.look(command_of(Mask::head_public), kOk, hex(start));
    return masker;
}
std::string part(Masker& masker, std::uint8_t offset, const Bytes& answer, StatusWord sw = kOk) {
    return as_text(masker.look(part_at(offset), sw, answer));
}
Bytes mixed(std::size_t certificate, std::size_t size, std::uint8_t filler) {
    Bytes answer(certificate, 0x5A);
    answer.resize(size, filler);
    return answer;
}

TEST(ProbeMask, TellsHowAFileEndsBehindItsCertificate) {
    Masker masker = within();
    EXPECT_EQ(part(masker, 5, mixed(24, 256, 0x00)), "filler=00");
    EXPECT_EQ(part(masker, 6, mixed(0, 256, 0x00)), "filler=00");
    EXPECT_EQ(part(masker, 7, mixed(0, 108, 0x00)), "filler=00 end=1900");
    EXPECT_EQ(part(masker, 8, {}, StatusWord(0x6B00)), "");

    Masker full = within();
    EXPECT_EQ(part(full, 7, mixed(0, 256, 0xFF)), "filler=FF");
    EXPECT_EQ(part(full, 8, {}, StatusWord(0x6B00)), "end=2048");
    Masker unknown = within();
    EXPECT_EQ(part(unknown, 5, hex("31 32 33 34"), StatusWord(0x6A82)), "");
    EXPECT_EQ(part(unknown, 7, {}, StatusWord(0x6C6C)), "end=1900");
    EXPECT_EQ(part(unknown, 5, mixed(0, 256, 0x5A)), "filler=other");
    Masker none;
    EXPECT_EQ(part(none, 5, mixed(0, 20, 0x5A)), "") << "of what is not known to be a certificate";
}

TEST(ProbeMask, DoesNotTellWhereACertificateEndsInAFileThatIsNoLonger) {
    Masker masker = within();
    EXPECT_EQ(part(masker, 5, mixed(24, 24, 0x00)), "end=with the certificate");
    EXPECT_EQ(part(masker, 6, {}, StatusWord(0x6B00)), "");
    Masker refused = within();
    EXPECT_EQ(part(refused, 5, {}, StatusWord(0x6C18)), "end=with the certificate");

    const auto may_be_told = [](std::size_t length, const std::vector<ToldValue>& findings) {
        return length_may_be_told(Mask::part, length, findings);
    };
    EXPECT_FALSE(may_be_told(24, {{"end", "with the certificate"}}));
    EXPECT_FALSE(may_be_told(24, {}));
    EXPECT_TRUE(may_be_told(108, {{"filler", "00"}, {"end", "1900"}}));
    EXPECT_TRUE(may_be_told(256, {}));
    EXPECT_TRUE(length_may_be_told(Mask::bytes, 3, {}));
}

}  // namespace
}  // namespace jpki::probe
