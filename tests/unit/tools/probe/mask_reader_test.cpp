#include <gtest/gtest.h>

#include "probe/mask.hpp"
#include "scripted_connection.hpp"

namespace jpki::probe {
namespace {

using card::testing::hex;

TEST(ProbeMask, ShowsPublishedAtrsWhole) {
    for (const char* atr : {"3B E0 00 FF 81 31 FE 45 14", "3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F",
                            "3B DA 13 FF 81 31 FB 46 80 12 39 2F 31 C1 73 C6 01 C0 3B"})
        EXPECT_EQ(masked_atr(hex(atr)), atr);
}

// Some readers put there what tells one card from another.
TEST(ProbeMask, HidesTheApplicationDataOfAnUnknownContactlessAtr) {
    EXPECT_EQ(masked_atr(hex("3B 88 80 01 12 34 56 78 B3 81 A1 00 55")),
              "3B 88 80 01 .. .. .. .. B3 81 A1 00 ..");
}

TEST(ProbeMask, ShowsOfUnknownHistoricalBytesWhatTheyDeclare) {
    // Category 80; 12: country; 31: services; 54: issuer's data; 73: capabilities.
    EXPECT_EQ(masked_atr(hex("3B DF 13 FF 81 31 FB 46 80 12 39 2F 31 C1 54 AA BB CC DD 73 C6 01 80 3B")),
              "3B DF 13 FF 81 31 FB 46 .. 12 39 2F 31 C1 .. .. .. .. .. 73 C6 01 80 ..");
    // Not in that form: none of them.
    EXPECT_EQ(masked_atr(hex("3B E5 00 FF 81 31 FE 45 31 32 33 34 35 14")),
              "3B E5 00 FF 81 31 FE 45 .. .. .. .. .. ..");
}

TEST(ProbeMask, SurvivesAnyAtr) {
    const Bytes whole = hex("3B DF 13 FF 81 31 FB 46 80 12 39 2F 31 C1 54 AA BB CC DD 73 C6 01 80 3B");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        Bytes atr(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        for (std::size_t at = 0; at < size; ++at) {
            const std::uint8_t kept = atr[at];
            for (unsigned byte = 0; byte < 256; ++byte) {
                atr[at] = static_cast<std::uint8_t>(byte);
                EXPECT_EQ(masked_atr(atr).size(), 3 * size - 1);
                (void)declared_by(atr);
            }
            atr[at] = kept;
        }
    }
    EXPECT_EQ(masked_atr({}), "");
}

TEST(ProbeMask, ReadsWhatAnAtrDeclares) {
    EXPECT_EQ(declared_by(hex("3B DA 13 FF 81 31 FB 46 80 12 39 2F 31 C1 73 C6 01 C0 3B")),
              "chaining yes, extended yes");
    EXPECT_EQ(declared_by(hex("3B C5 FF 81 31 FB 45 80 73 C6 01 00 00")), "chaining no, extended no");
    EXPECT_EQ(declared_by(hex("3B E0 00 FF 81 31 FE 45 14")), "not said");
}

TEST(ProbeMask, TellsTheInterfaceByTheAtr) {
    EXPECT_EQ(interface_of(hex("3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F")), Interface::contactless);
    EXPECT_EQ(interface_of(hex("3B E0 00 FF 81 31 FE 45 14")), Interface::contact);
    EXPECT_EQ(interface_of({}), Interface::unknown);
}

TEST(ProbeMask, HidesSerialNumbersInReaderNames) {
    EXPECT_EQ(masked_reader("ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] (0123456789) 01 00"),
              "ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] (..) 01 00");
    EXPECT_EQ(masked_reader("Sony FeliCa RC-S300/S (1234567) 00 00"), "Sony FeliCa RC-S300/S (..) 00 00");
    EXPECT_EQ(masked_reader("Identiv SCR3310 v2.0 Smart Card Reader [CCID Interface] (53311719605277) 00 00"),
              "Identiv SCR3310 v2.0 Smart Card Reader [CCID Interface] (..) 00 00");
    EXPECT_EQ(masked_reader("Reader 21251349201063 00 00"), "Reader .. 00 00");
    EXPECT_EQ(masked_reader("Broken (12345678"), "Broken (..)");
    EXPECT_EQ(masked_reader("Virtual PCD 00 00"), "Virtual PCD 00 00");
}

// A driver's words; on a terminal some would be orders.
TEST(ProbeMask, LetsReaderNamesMoveNothing) {
    EXPECT_EQ(printable_reader("Reader\x1B[2J\r\n\x7F 00 00"), "Reader?[2J??? 00 00");
    EXPECT_EQ(printable_reader("\xE2\x80\xAE"
                               "evil\xC2\x9B"),
              "???evil??");
    EXPECT_EQ(masked_reader("A `quoted` (1234567)\n00 00"), "A ?quoted? (..)?00 00");
}

}  // namespace
}  // namespace jpki::probe
