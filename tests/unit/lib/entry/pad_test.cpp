// Texts in fields of fixed size (PKCS#11 3.2 §2.2: blanks at the end, no zero byte).
#include <gtest/gtest.h>

#include <array>

#include "entry/out_buffer.hpp"

namespace jpki::p11 {
namespace {

template <std::size_t Size>
std::string padded(std::string_view text) {
    std::array<CK_UTF8CHAR, Size> field{};
    pad(text, field.data(), field.size());
    return {field.begin(), field.end()};
}

TEST(Pad, FillsUpWithBlanks) {
    EXPECT_EQ(padded<6>("JPKI"), "JPKI  ");
    EXPECT_EQ(padded<4>("JPKI"), "JPKI");
    EXPECT_EQ(padded<3>(""), "   ");
}

TEST(Pad, CutsBetweenCharactersAndNeverInsideOne) {
    EXPECT_EQ(padded<3>("JPKI"), "JPK");
    // Three bytes each: 署, 名, 用.
    EXPECT_EQ(padded<9>("署名用"), "署名用");
    EXPECT_EQ(padded<8>("署名用"), "署名  ");
    EXPECT_EQ(padded<7>("署名用"), "署名 ");
    EXPECT_EQ(padded<2>("署名用"), "  ") << "not even the first one fits";
}

// A reader and a card choose their names, and programs print them.
TEST(Pad, ShowsWhatATerminalWouldObeyAndWhatIsNoText) {
    EXPECT_EQ(padded<12>("a\x1B[2J\n"), R"(a\x1B[2J\n  )");
    EXPECT_EQ(padded<10>("\u202Eab"), R"(\u{202E}ab)");
    EXPECT_EQ(padded<9>("\x80\x80\x80\x80\x80\x80"), R"(\x80\x80 )");
    EXPECT_EQ(padded<3>("\x80"), "   ") << "half of an escape would be another text";
}

}  // namespace
}  // namespace jpki::p11
