#include "common/json.hpp"

#include <gtest/gtest.h>

#include "text.hpp"

namespace jpki::app {
namespace {

std::string line(const Json& json) { return json_text(json, -1); }

TEST(JsonText, IsWhatItWas) {
    EXPECT_EQ(line({{"name", "試験　太郎"}, {"count", 3}, {"none", nullptr}}),
              "{\"name\":\"試験　太郎\",\"count\":3,\"none\":null}\n");
}

TEST(JsonText, IsUtf8WhateverItIsMadeOf) {
    EXPECT_EQ(line({{"a\xFF", "b\xE8\xA9"}}), "{\"a\\\\xFF\":\"b\\\\xE8\\\\xA9\"}\n");
    EXPECT_EQ(line(Json::array({"\xC0\x80", Json{{"x", "\xED\xA0\x80"}}})),
              "[\"\\\\xC0\\\\x80\",{\"x\":\"\\\\xED\\\\xA0\\\\x80\"}]\n");
}

TEST(JsonText, HidesNothingAndChangesNoMeaning) {
    const Json json{{"a\u202E", "\u009B31m\u2028\u200B\U000E0041\x7F\n\u0301"}};
    const std::string text = line(json);
    EXPECT_EQ(text, "{\"a\\u202E\":\"\\u009B31m\\u2028\\u200B\\uDB40\\uDC41\\u007F\\n\u0301\"}\n");
    EXPECT_EQ(Json::parse(text), json);
}

TEST(JsonText, DrawsNoMarkIntoItsQuotationMarks) {
    const std::string text = line(Json{{"a", "\u0301b"}});
    EXPECT_EQ(text, "{\"a\":\"\\u0301b\"}\n");
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
