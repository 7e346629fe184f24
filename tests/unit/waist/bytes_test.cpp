#include "waist/bytes.hpp"

#include <gtest/gtest.h>

namespace jpki {
namespace {

const Bytes kFive{1, 2, 3, 4, 5};

TEST(Slice, TakesAPartFromTheMiddle) { EXPECT_EQ(to_bytes(slice(kFive, 1, 3)), (Bytes{2, 3, 4})); }

TEST(Slice, TakesTheRestWithoutACount) { EXPECT_EQ(to_bytes(slice(kFive, 2)), (Bytes{3, 4, 5})); }

TEST(Slice, StopsAtTheEndOfTheData) {
    EXPECT_EQ(to_bytes(slice(kFive, 3, 3)), (Bytes{4, 5}));
    EXPECT_EQ(to_bytes(slice(kFive, 4, static_cast<std::size_t>(-1))), (Bytes{5}));
}

TEST(Slice, IsEmptyAtAndBehindTheEnd) {
    EXPECT_TRUE(slice(kFive, 5).empty());
    EXPECT_TRUE(slice(kFive, 6).empty());
    EXPECT_TRUE(slice(kFive, static_cast<std::size_t>(-1), static_cast<std::size_t>(-1)).empty());
    EXPECT_TRUE(slice(kFive, 2, 0).empty());
    EXPECT_TRUE(slice({}, 0).empty());
}

TEST(Bytes, AreMadeFromTextAndViews) {
    EXPECT_EQ(to_bytes(std::string_view("A1")), (Bytes{0x41, 0x31}));
    EXPECT_EQ(to_bytes(std::string_view("\0z", 2)), (Bytes{0, 'z'}));
    EXPECT_EQ(to_bytes(ByteView(kFive).first(2)), (Bytes{1, 2}));
}

TEST(Bytes, Append) {
    Bytes to{9};
    append(to, kFive);
    append(to, {});
    EXPECT_EQ(to, (Bytes{9, 1, 2, 3, 4, 5}));
}

TEST(Bytes, CompareByLengthAndContent) {
    EXPECT_TRUE(equal(kFive, Bytes{1, 2, 3, 4, 5}));
    EXPECT_FALSE(equal(kFive, Bytes{1, 2, 3, 4}));
    EXPECT_FALSE(equal(kFive, Bytes{1, 2, 3, 4, 6}));
    EXPECT_TRUE(equal({}, {}));
}

TEST(Bytes, StartWithAPrefixNoLongerThanThemselves) {
    EXPECT_TRUE(starts_with(kFive, Bytes{1, 2}));
    EXPECT_TRUE(starts_with(kFive, {}));
    EXPECT_TRUE(starts_with(kFive, kFive));
    EXPECT_FALSE(starts_with(kFive, Bytes{2}));
    EXPECT_FALSE(starts_with(kFive, Bytes{1, 2, 3, 4, 5, 6}));
}

TEST(Hex, IsUpperCaseWithoutSeparators) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0A, 0xF0, 0xFF}), "000AF0FF");
    EXPECT_EQ(to_hex({}), "");
}

}  // namespace
}  // namespace jpki
