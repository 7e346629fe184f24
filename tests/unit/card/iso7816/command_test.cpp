#include "iso7816/command.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace jpki::card {
namespace {

constexpr Header kHeader{0x80, 0x2A, 0x01, 0x02};

std::string sent(const Command& command) { return to_hex(command.bytes()); }

static_assert(!std::is_copy_constructible_v<Command>, "a copy could hold a PIN outside its page");

TEST(Command, Case1IsTheHeaderAlone) {
    const Command command = Command::case1({0x00, 0x20, 0x00, 0x80});
    EXPECT_EQ(sent(command), "00200080");
    EXPECT_FALSE(command.expects_data());
    EXPECT_FALSE(command.sensitive());
    EXPECT_EQ(command.data_length(), 0U);
}

TEST(Command, Case2EndsWithLe) {
    EXPECT_EQ(sent(Command::case2({0x00, 0xB0, 0x12, 0x34}, 1)), "00B0123401");
    EXPECT_EQ(sent(Command::case2({0x00, 0xB0, 0x12, 0x34}, 255)), "00B01234FF");
    EXPECT_TRUE(Command::case2(kHeader, 1).expects_data());
}

TEST(Command, TwoHundredAndFiftySixIsWrittenAsZero) {
    EXPECT_EQ(sent(Command::case2({0x00, 0xB0, 0x8A, 0x00}, 256)), "00B08A0000");
    EXPECT_EQ(sent(Command::case4(kHeader, Bytes{0xAA}, 256)), "802A010201AA00");
}

TEST(Command, Case3CarriesLcAndData) {
    const Command command = Command::case3({0x00, 0xA4, 0x02, 0x0C}, Bytes{0x00, 0x0A});
    EXPECT_EQ(sent(command), "00A4020C02000A");
    EXPECT_FALSE(command.expects_data());
    EXPECT_EQ(command.data_length(), 2U);
}

TEST(Command, Case4CarriesLcDataAndLe) {
    const Command command = Command::case4(kHeader, Bytes{0x11, 0x22, 0x33}, 16);
    EXPECT_EQ(sent(command), "802A01020311223310");
    EXPECT_TRUE(command.expects_data());
    EXPECT_EQ(command.data_length(), 3U);
}

TEST(Command, TheLongestDataFillsLc) {
    const Command command = Command::case3(kHeader, Bytes(255, 0x5A));
    EXPECT_EQ(command.bytes().size(), 4U + 1U + 255U);
    EXPECT_EQ(command.bytes()[4], 0xFF);
}

TEST(Command, NeverSaysAnotherLengthThanItCarries) {
    const Command command = Command::case3(kHeader, Bytes(256, 0x5A));
    EXPECT_EQ(command.bytes().size(), 5U + command.data_length());
    EXPECT_EQ(command.bytes()[4], command.data_length());
}

TEST(Command, KeepsItsHeader) {
    const Command command = Command::case4(kHeader, Bytes{1}, 1);
    const Header& header = command.header();
    EXPECT_EQ(header.cla, 0x80);
    EXPECT_EQ(header.ins, 0x2A);
    EXPECT_EQ(header.p1, 0x01);
    EXPECT_EQ(header.p2, 0x02);
}

TEST(Command, ASensitiveOneIsTheSameOnTheWire) {
    const SecretBytes pin{ByteView(Bytes{'1', '2', '3', '4'})};
    const Command command = Command::case3_sensitive({0x00, 0x20, 0x00, 0x98}, pin);
    EXPECT_EQ(sent(command), "002000980431323334");
    EXPECT_TRUE(command.sensitive());
    EXPECT_FALSE(command.expects_data());
    EXPECT_EQ(command.data_length(), 4U);
}

TEST(Command, WithExpectedChangesLeOnly) {
    const Command read = Command::case2({0x00, 0xB0, 0x00, 0x00}, 256);
    EXPECT_EQ(sent(read.with_expected(0x20)), "00B0000020");
    EXPECT_EQ(sent(read), "00B0000000");
    const Command sign = Command::case4(kHeader, Bytes{0x11, 0x22}, 128);
    const Command again = sign.with_expected(256);
    EXPECT_EQ(sent(again), "802A010202112200");
    EXPECT_EQ(again.data_length(), 2U);
    EXPECT_TRUE(again.expects_data());
}

}  // namespace
}  // namespace jpki::card
