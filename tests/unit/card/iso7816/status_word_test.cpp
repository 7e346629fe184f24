#include "iso7816/status_word.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace jpki::card {
namespace {

struct Row {
    unsigned value;
    Errc code;
};

// Every word of docs/cards.md, "Commands", and the neighbours that must not be taken for them.
const Row kWords[] = {
    {0x63C0, Errc::pin_locked},          {0x63C1, Errc::pin_incorrect},
    {0x63C5, Errc::pin_incorrect},       {0x63CF, Errc::pin_incorrect},
    {0x6300, Errc::card_failure},        {0x63B1, Errc::card_failure},
    {0x63D0, Errc::card_failure},        {0x6983, Errc::pin_locked},
    {0x6984, Errc::pin_locked},          {0x6982, Errc::card_failure},
    {0x6981, Errc::card_failure},        {0x6985, Errc::wrong_parameters},
    {0x6986, Errc::card_failure},        {0x6700, Errc::wrong_length},
    {0x6701, Errc::card_failure},        {0x6C00, Errc::wrong_length},
    {0x6C20, Errc::wrong_length},        {0x6CFF, Errc::wrong_length},
    {0x6A80, Errc::wrong_parameters},    {0x6A82, Errc::file_not_found},
    {0x6A86, Errc::wrong_parameters},    {0x6A88, Errc::wrong_parameters},
    {0x6A81, Errc::card_failure},        {0x6B00, Errc::wrong_parameters},
    {0x6881, Errc::unsupported_command}, {0x6882, Errc::unsupported_command},
    {0x6D00, Errc::unsupported_command}, {0x6E00, Errc::unsupported_command},
    {0x69FC, Errc::card_failure},        {0x66F1, Errc::card_failure},
    {0x6283, Errc::card_failure},        {0x6282, Errc::card_failure},
    {0x6581, Errc::card_failure},        {0x6F00, Errc::card_failure},
    {0x6100, Errc::card_failure},        {0x0000, Errc::card_failure},
    {0xFFFF, Errc::card_failure},
};

StatusWord word(unsigned value) { return StatusWord(static_cast<std::uint16_t>(value)); }

TEST(StatusWord, EveryKnownWordBecomesItsError) {
    for (const Row& row : kWords) {
        SCOPED_TRACE(::testing::Message() << std::hex << row.value);
        EXPECT_EQ(word(row.value).pin_error().code, row.code);
        EXPECT_EQ(word(row.value).pin_error().detail, row.value);
        EXPECT_NE(std::string_view(word(row.value).pin_error().what), "");
    }
}

TEST(StatusWord, SpeaksOfPinsOnlyWhereAPinWasSent) {
    for (const unsigned value : {0x63C0U, 0x63C1U, 0x63C5U, 0x63CFU, 0x6983U, 0x6984U}) {
        EXPECT_EQ(word(value).error().code, Errc::card_failure) << std::hex << value;
        EXPECT_EQ(word(value).error().detail, value);
    }
    EXPECT_EQ(word(0x6982).error().code, Errc::security_status);
}

TEST(StatusWord, EveryWordIsAnErrorOfTheCard) {
    for (unsigned value = 0; value <= 0xFFFF; ++value) {
        const Error error = word(value).error();
        ASSERT_GE(error.code, Errc::not_jpki) << std::hex << value;
        ASSERT_LE(error.code, Errc::card_failure) << std::hex << value;
        ASSERT_EQ(error.detail, value);
    }
}

TEST(StatusWord, OnlyCountersAndBlockedPinsSayHowManyTriesAreLeft) {
    for (unsigned value = 0; value <= 0xFFFF; ++value) {
        std::optional<std::uint8_t> expected;
        if (value >= 0x63C0 && value <= 0x63CF) expected = static_cast<std::uint8_t>(value - 0x63C0);
        if (value == 0x6983 || value == 0x6984) expected = std::uint8_t{0};
        ASSERT_EQ(word(value).tries_left(), expected) << std::hex << value;
    }
}

TEST(StatusWord, IsOkWhenItIs9000) {
    for (unsigned value = 0; value <= 0xFFFF; ++value) {
        ASSERT_EQ(word(value).ok(), value == 0x9000) << std::hex << value;
        ASSERT_EQ(word(value).ok_or_end_of_file(), value == 0x9000 || value == 0x6282) << std::hex << value;
    }
}

TEST(StatusWord, Knows61xxAnd6Cxx) {
    EXPECT_TRUE(word(0x6100).more_data());
    EXPECT_TRUE(word(0x61FF).more_data());
    EXPECT_FALSE(word(0x6200).more_data());
    EXPECT_TRUE(word(0x6C00).wrong_expected());
    EXPECT_TRUE(word(0x6CFF).wrong_expected());
    EXPECT_FALSE(word(0x6B00).wrong_expected());
}

TEST(StatusWord, IsMadeOfTwoBytes) {
    const StatusWord made(std::uint8_t{0x63}, std::uint8_t{0xC2});
    EXPECT_EQ(made, word(0x63C2));
    EXPECT_EQ(made.sw1(), 0x63);
    EXPECT_EQ(made.sw2(), 0xC2);
    EXPECT_NE(made, StatusWord());
}

}  // namespace
}  // namespace jpki::card
