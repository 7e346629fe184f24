#include "common/json.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace jpki::app
