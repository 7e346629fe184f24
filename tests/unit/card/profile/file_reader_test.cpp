#include "profile/file_reader.hpp"

#include "recorded_log.hpp"
#include "scripted_connection.hpp"

namespace jpki::card::testing {
namespace {

constexpr FileId kFile{0x000A, 0x0A};
constexpr FileId kOther{0x0102, 0x02};

class Files : public ::testing::Test {
  protected:
    Files() { channel_.serve(card_, {}); }
    RecordedLog log_;
    ScriptedConnection card_;
    Channel channel_{log_};
    FileReader files_{channel_};
};

TEST_F(Files, SelectsAFileOnlyWhenItIsNotCurrent) {
    card_.on("00A4020C 02 000A", "9000").on("00A4020C 02 0102", "9000").on("00A4020C 02 000A", "9000");
    EXPECT_TRUE(files_.select(kFile));
    EXPECT_TRUE(files_.select(kFile));
    EXPECT_TRUE(files_.select(kOther));
    EXPECT_TRUE(files_.select(kFile));
    files_.forget_current();
    card_.on("00A4020C 02 000A", "9000");
    EXPECT_TRUE(files_.select(kFile));
}

TEST_F(Files, AFailedSelectLeavesNothingCurrent) {
    card_.on("00A4020C 02 000A", "9000").on("00A4020C 02 0102", "6A82").on("00A4020C 02 000A", "9000");
    EXPECT_TRUE(files_.select(kFile));
    EXPECT_TRUE(failed_with(files_.select(kOther), Errc::file_not_found));
    EXPECT_TRUE(files_.select(kFile));
}

TEST_F(Files, AShortIdentifierThatWasAnsweredMakesItsFileCurrent) {
    card_.on("00B08A0004", "01020304 9000").on("00B0000404", "05 6282");
    EXPECT_TRUE(files_.read_by_sfi(kFile, 0, 4));
    const auto part = files_.read(kFile, 4, 4);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->from, 4U);
    EXPECT_EQ(part->data, hex("05"));
}

TEST_F(Files, AShortIdentifierThatFailedLeavesNothingCurrent) {
    card_.on("00A4020C 02 000A", "9000").on("00B0820010", "6A82").on("00A4020C 02 000A", "9000");
    EXPECT_TRUE(files_.select(kFile));
    EXPECT_EQ(files_.read_by_sfi(kOther, 0, 16)->sw.value(), 0x6A82);
    EXPECT_TRUE(files_.select(kFile));
}

TEST_F(Files, UsesShortIdentifiersOnlyWhenTheyAreKnown) {
    for (const SfiForms forms : {SfiForms::unknown, SfiForms::unknown_to_card}) {
        files_.set_forms(forms);
        EXPECT_EQ(files_.forms(), forms);
        files_.forget_current();
        card_.on("00A4020C 02 000A", "9000").on("00B0000001", "AA 9000");
        EXPECT_TRUE(files_.read(kFile, 0, 1));
    }
    files_.set_forms(SfiForms::known);
    files_.forget_current();
    card_.on("00B08A1001", "BB 9000");
    EXPECT_EQ(files_.read(kFile, 16, 1)->data, hex("BB"));
}

TEST_F(Files, AddressesFifteenBits) {
    card_.on("00A4020C 02 000A", "9000").on("00B07FFF01", "AA 9000");
    EXPECT_TRUE(files_.read(kFile, 0x7FFF, 1));
    EXPECT_TRUE(failed_with(files_.read(kFile, 0x8000, 1), Errc::malformed_answer));
}

TEST_F(Files, ABehindTheEndAnswerIsAnEmptyPart) {
    card_.on("00A4020C 02 000A", "9000").on("00B0001001", "6B00");
    const auto part = files_.read(kFile, 16, 1);
    ASSERT_TRUE(part);
    EXPECT_TRUE(part->data.empty());
}

TEST_F(Files, OtherStatusWordsAreErrors) {
    card_.on("00A4020C 02 000A", "9000").on("00B0000001", "6986").on("00B0000001", "6982");
    EXPECT_TRUE(failed_with(files_.read(kFile, 0, 1), Errc::card_failure));
    EXPECT_TRUE(failed_with(files_.read(kFile, 0, 1), Errc::security_status));
    card_.on("00B0000001", Errc::transport);
    EXPECT_TRUE(failed_with(files_.read(kFile, 0, 1), Errc::transport));
    files_.set_forms(SfiForms::known);
    files_.forget_current();
    card_.on("00B08A0001", Errc::card_reset);
    EXPECT_TRUE(failed_with(files_.read(kFile, 0, 1), Errc::card_reset));
}

// file_reader.hpp promises at least one byte from `offset`. The byte read twice must not be counted against
// what was asked for: an object of 257 bytes would end "early".
TEST_F(Files, BringsAnByteFromTheOffsetEvenWhenItStartsOneEarlier) {
    files_.set_forms(SfiForms::known);
    card_.on("00B08AFF02", "AABB 9000");
    const auto part = files_.read(kFile, 256, 1);
    ASSERT_TRUE(part);
    EXPECT_GT(part->from + part->data.size(), 256U);
}

}  // namespace
}  // namespace jpki::card::testing
