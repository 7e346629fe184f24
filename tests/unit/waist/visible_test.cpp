#include "waist/visible.hpp"

#include <gtest/gtest.h>

namespace jpki {
namespace {

TEST(Visible, LeavesWhatPeopleWrite) {
    for (const char* text : {"", "Taro", "試験　太郎", "C=JP, O=JPKI", "naïve café", "/tmp/a b.pdf",
                             "カード [A]", "\U00020BB7野家", "e\u0301", "✓", "«x»"})
        EXPECT_EQ(visible(text), text);
}

TEST(Visible, ShowsEveryControl) {
    EXPECT_EQ(visible("a\x1B[2J\x07"), "a\\x1B[2J\\x07");
    EXPECT_EQ(visible(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(visible("\x7F"), "\\x7F");
    EXPECT_EQ(visible("\u0085\u009B31m"), "\\u{85}\\u{9B}31m");
}

TEST(Visible, NeverEndsALine) {
    EXPECT_EQ(visible("a\nb\rc\td"), "a\\nb\\rc\\td");
    EXPECT_EQ(visible("\u2028\u2029\v\f"), "\\u{2028}\\u{2029}\\x0B\\x0C");
}

TEST(Visible, ShowsWhatTurnsTheDirectionOfWriting) {
    for (const char* text : {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068",
                             "\u2069", "\u200E", "\u200F", "\u061C"})
        EXPECT_TRUE(visible(text).starts_with("\\u{")) << visible(text);
    EXPECT_EQ(visible("exe.\u202Efdp"), "exe.\\u{202E}fdp");
}

TEST(Visible, ShowsWhatCannotBeSeen) {
    // Of no width; of no ink; tags; for one implementation only; nothing at all.
    for (const char* text :
         {"\u200B", "\u200C",     "\u200D", "\u2060",     "\uFEFF",     "\u00AD", "\u034F",     "\u115F",
          "\u3164", "\u180E",     "\u00A0", "\u2003",     "\u2800",     "\uFE0F", "\U000E0041", "\U000E0100",
          "\uE000", "\U0010FFFD", "\uFFFE", "\U0001FFFF", "\U000323B0", "\u0378", "\u206A",     "\uFFF9"})
        EXPECT_TRUE(visible(text).starts_with("\\u{")) << visible(text);
}

TEST(Visible, ShowsBytesThatAreNotUtf8) {
    EXPECT_EQ(visible("a\xFF"
                      "b"),
              "a\\xFFb");
    EXPECT_EQ(visible("\xC0\xAF"), "\\xC0\\xAF") << "not the shortest form";
    EXPECT_EQ(visible("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "a surrogate";
    EXPECT_EQ(visible("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "behind the last one";
    EXPECT_EQ(visible("\xE8\xA9"), "\\xE8\\xA9") << "cut";
}

TEST(Visible, ShowsMarksWithoutACharacterOfTheirOwn) {
    EXPECT_EQ(visible("\u0301a"), "\\u{301}a");
    EXPECT_EQ(visible("a\u0301\u0301\u0301\u0301b"), "a\u0301\u0301\\u{301}\\u{301}b");
    EXPECT_EQ(visible("\n\u0338"), "\\n\\u{338}");
}

TEST(Visible, ShowsManyBlanksWhichCouldBeginALine) {
    EXPECT_EQ(visible("a b"), "a b");
    EXPECT_EQ(visible("a   b"), "a \\x20\\x20b");
    EXPECT_EQ(visible("a　　b"), "a　\\u{3000}b");
}

TEST(Visible, IsTheSameWhenShownTwice) {
    const std::string once = visible("a\x1B\n\u202E\xFF  \u0301\u0301 \u0301");
    EXPECT_EQ(visible(once), once);
    EXPECT_EQ(visible_lines(once), once);
}

TEST(Visible, HasABoundAndCutsNoCharacter) {
    EXPECT_EQ(visible("試験太郎", 7, ""), "試験");
    EXPECT_EQ(visible("a\u202Eb", 4), "a…");
    EXPECT_EQ(visible(std::string(5000, 'x')).size(), kMostShown + 3);
}

TEST(VisibleLines, KeepTheirEndsAndTheirBlanks) {
    EXPECT_EQ(visible_lines("a\n    b\r\x1B[A\n"), "a\n    b\\r\\x1B[A\n");
    EXPECT_EQ(visible_lines("a\n\u0301"), "a\n\\u{301}");
}

}  // namespace
}  // namespace jpki
