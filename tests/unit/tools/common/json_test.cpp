#include "common/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>

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

// What a reader makes of the escapes in strings (RFC 8259 §7).
std::string meaning(const std::string& text) {
    std::string plain;
    std::uint32_t high = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            plain += text[at];
        } else if (text[++at] != 'u') {
            plain += text[at] == 'n' ? '\n' : text[at];
        } else {
            auto unit = static_cast<std::uint32_t>(std::stoul(text.substr(at + 1, 4), nullptr, 16));
            at += 4;
            if (unit >= 0xD800 && unit < 0xDC00) {
                high = unit;
                continue;
            }
            if (high != 0) unit = 0x10000 + ((high & 0x3FFU) << 10U) + (unit & 0x3FFU);
            high = 0;
            if (unit >= 0x10000) plain += static_cast<char>(0xF0U | unit >> 18U);
            if (unit >= 0x10000) plain += static_cast<char>(0x80U | (unit >> 12U & 0x3FU));
            if (unit >= 0x800 && unit < 0x10000) plain += static_cast<char>(0xE0U | unit >> 12U);
            if (unit >= 0x800) plain += static_cast<char>(0x80U | (unit >> 6U & 0x3FU));
            if (unit >= 0x80 && unit < 0x800) plain += static_cast<char>(0xC0U | unit >> 6U);
            plain += static_cast<char>(unit < 0x80 ? unit : 0x80U | (unit & 0x3FU));
        }
    }
    return plain;
}

TEST(JsonText, HidesNothingAndChangesNoMeaning) {
    const std::string key = "a\u202E";
    const std::string value = "\u009B31m\u2028\u200B\U000E0041\x7F\n\u0301";
    const std::string text = line({{key, value}});
    EXPECT_EQ(text, "{\"a\\u202E\":\"\\u009B31m\\u2028\\u200B\\uDB40\\uDC41\\u007F\\n\u0301\"}\n");
    EXPECT_EQ(meaning(text), "{\"" + key + "\":\"" + value + "\"}\n");
}

TEST(JsonText, DrawsNoMarkIntoItsQuotationMarks) {
    const std::string text = line(Json{{"a", "\u0301b"}});
    EXPECT_EQ(text, "{\"a\":\"\\u0301b\"}\n");
}

TEST(JsonText, EscapesWhatEndsAString) {
    EXPECT_EQ(line(Json::array({"\"\\/\b\f\n\r\t\x01\x1F"})),
              "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\"]\n");
}

TEST(JsonText, IsIndentedForWhoReadsItAndKeepsTheOrder) {
    Json json{{"z", 1}, {"a", Json::array()}};
    json["m"]["inner"] = {true, -2, 0.5, "x"};
    json["z"] = std::vector<std::string>{"one"};
    EXPECT_EQ(json_text(json),
              "{\n  \"z\": [\n    \"one\"\n  ],\n  \"a\": [],\n  \"m\": {\n    \"inner\": [\n      true,\n   "
              "   -2,\n"
              "      0.5,\n      \"x\"\n    ]\n  }\n}\n");
    EXPECT_EQ(line(json), "{\"z\":[\"one\"],\"a\":[],\"m\":{\"inner\":[true,-2,0.5,\"x\"]}}\n");
}

}  // namespace
}  // namespace jpki::app
