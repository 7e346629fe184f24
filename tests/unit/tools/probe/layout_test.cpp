#include "probe/layout.hpp"

#include <gtest/gtest.h>

namespace jpki::probe {
namespace {

TEST(ProbeLayout, CountsColumnsAsATerminalShowsThem) {
    EXPECT_EQ(columns_of("ATR: 3B"), 7U);
    EXPECT_EQ(columns_of("残り回数"), 8U);
    EXPECT_EQ(columns_of("約1600バイト、"), 14U);
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("\xE6\xAE"), 2U) << "half a character";
    EXPECT_EQ(padded("種類", 6), "種類  ");
    EXPECT_EQ(padded("too long", 3), "too long");
}

TEST(ProbeLayout, BreaksBetweenWordsAndHangsTheRest) {
    std::string words;
    for (int i = 0; i < 40; ++i)
        words += "word ";
    const std::string page = hanging("head  ", words);
    EXPECT_TRUE(page.starts_with("head  word word"));
    EXPECT_NE(page.find("\n      word"), std::string::npos);
    EXPECT_EQ(page.find(" \n"), std::string::npos);
    EXPECT_TRUE(page.ends_with("word\n"));
    EXPECT_EQ(hanging("a ", "b"), "a b\n");
    EXPECT_EQ(hanging("a ", ""), "a\n");
}

TEST(ProbeLayout, BreaksJapaneseAnywhereButBeforeItsPunctuation) {
    for (std::size_t lead = 90; lead < 100; ++lead) {
        const std::string page = hanging("", std::string(lead, 'x') + "漢字、漢字。漢字（漢字）漢字、");
        std::string rest = page;
        for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
            EXPECT_LE(columns_of(rest.substr(0, end)), kPageColumns);
            for (const char* mark : {"、", "。", "）"})
                EXPECT_FALSE(rest.starts_with(mark)) << page;
            rest.erase(0, end + 1);
        }
    }
}

TEST(ProbeLayout, SurvivesAnyBytes) {
    std::string bytes;
    for (int i = 0; i < 512; ++i)
        bytes += static_cast<char>(i * 7);
    EXPECT_GT(columns_of(bytes), 0U);
    EXPECT_FALSE(hanging("", bytes).empty());
    // One word longer than the page stays whole.
    EXPECT_EQ(hanging("h ", std::string(300, 'x')), "h " + std::string(300, 'x') + "\n");
}

}  // namespace
}  // namespace jpki::probe
