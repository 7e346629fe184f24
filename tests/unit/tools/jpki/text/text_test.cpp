#include "text/text.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <regex>

namespace jpki::app {
namespace {

struct Row {
    const char* id;
    std::string english;
    std::string japanese;
};
const Row kRows[] = {
#define JPKI_TEXT(id, english, japanese) {#id, english, japanese},
#include "text/texts.def"
#undef JPKI_TEXT
};

std::vector<std::string> blanks_of(const std::string& sentence) {
    static const std::regex kBlank("\\{[^}]*\\}");
    return {std::sregex_token_iterator(sentence.begin(), sentence.end(), kBlank),
            std::sregex_token_iterator()};
}

TEST(Texts, HaveTheSameBlanksInBothLanguages) {
    for (const Row& row : kRows)
        EXPECT_EQ(blanks_of(row.english), blanks_of(row.japanese)) << row.id;
}

TEST(Texts, AreAllThereAndEnglishNeedsNoUtf8) {
    for (const Row& row : kRows) {
        EXPECT_EQ(row.english.empty(), row.japanese.empty()) << row.id;
        for (const char c : row.english)
            EXPECT_TRUE(c >= ' ' && c <= '~') << row.id;
    }
}

class LanguageOf : public ::testing::Test {
  protected:
    LanguageOf() { clear(); }
    ~LanguageOf() override { clear(); }
    static void clear() {
        for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
            ::unsetenv(name);
    }
    static Language with(const char* name, const char* value) {
        ::setenv(name, value, 1);
        return language_of_environment();
    }
};

TEST_F(LanguageOf, TheEnvironmentIsEnglishUnlessItSaysJapaneseInUtf8) {
    EXPECT_EQ(language_of_environment(), Language::english);
    EXPECT_EQ(with("LANG", "ja_JP.UTF-8"), Language::japanese);
    EXPECT_EQ(with("LANG", "ja_JP.utf8"), Language::japanese);
    EXPECT_EQ(with("LANG", "ja_JP.eucJP"), Language::english);
    EXPECT_EQ(with("LANG", "ja_JP"), Language::english);
    EXPECT_EQ(with("LANG", "de_DE.UTF-8"), Language::english);
}

TEST_F(LanguageOf, TheMoreSpecificVariableDecides) {
    ::setenv("LANG", "ja_JP.UTF-8", 1);
    EXPECT_EQ(with("LC_MESSAGES", "C"), Language::english);
    EXPECT_EQ(with("LC_ALL", "ja_JP.UTF-8"), Language::japanese);
    EXPECT_EQ(with("LC_ALL", ""), Language::english);
}

TEST(Say, ShowsWhatComesFromOutside) {
    speak(Language::english);
    EXPECT_EQ(say(Text::reader, "evil\n[ok] Nothing is wrong\x1B[A\u202E"),
              "Reader: evil\\n[ok] Nothing is wrong\\x1B[A\\u{202E}");
    EXPECT_EQ(say(Text::cannot_read, std::string("\xFFname"), "x"), "\\xFFname cannot be read: x");
}

TEST(Say, TakesItsOwnSentencesForWhatTheyAre) {
    speak(Language::japanese);
    EXPECT_EQ(say(Text::cannot_write, text(Text::standard_output), reason_of(ENOSPC)),
              "標準出力 に書き込めません: 空き容量がありません");
    speak(Language::english);
}

}  // namespace
}  // namespace jpki::app
