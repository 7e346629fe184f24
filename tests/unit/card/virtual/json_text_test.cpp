#include "virtual/json_text.hpp"

#include <gtest/gtest.h>

namespace jpki::vcard {
namespace {

TEST(JsonString, IsWhatItWas) { EXPECT_EQ(json_string("a \"カード\" \\"), "\"a \\\"カード\\\" \\\\\""); }

TEST(JsonString, IsUtf8WhateverItIsMadeOf) {
    EXPECT_EQ(json_string("/tmp/\xFF.img"), "\"/tmp/\\\\xFF.img\"");
    EXPECT_EQ(json_string("\xE3\x82"), "\"\\\\xE3\\\\x82\"");
}

TEST(JsonString, HasNothingThatATerminalObeys) {
    EXPECT_EQ(json_string("\x1B[2J\n\x7F\u009B\u202E\U000E0041"),
              "\"\\u001b[2J\\u000a\\u007f\\u009b\\u202e\\udb40\\udc41\"");
}

}  // namespace
}  // namespace jpki::vcard
