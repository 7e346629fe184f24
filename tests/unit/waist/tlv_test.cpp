#include "waist/tlv.hpp"

#include <gtest/gtest.h>

namespace jpki {
namespace {

// "tag header value" in bytes, or nothing.
std::string shape(const Bytes& data) {
    const auto header = parse_tlv_header(data);
    if (!header) return "nothing";
    EXPECT_EQ(header->total(), header->header_length + header->value_length);
    return std::to_string(header->tag) + " " + std::to_string(header->header_length) + " " +
           std::to_string(header->value_length);
}

TEST(TlvHeader, KnowsTheShortForm) {
    EXPECT_EQ(shape({0x30, 0x00}), "48 2 0");
    EXPECT_EQ(shape({0x02, 0x01, 0x05}), "2 2 1");
    EXPECT_EQ(shape({0x30, 0x7F}), "48 2 127");
}

TEST(TlvHeader, KnowsLengthsOfOneTwoAndThreeBytes) {
    EXPECT_EQ(shape({0x30, 0x81, 0x80}), "48 3 128");
    EXPECT_EQ(shape({0x30, 0x81, 0xFF}), "48 3 255");
    EXPECT_EQ(shape({0x30, 0x82, 0x01, 0x00}), "48 4 256");
    EXPECT_EQ(shape({0x30, 0x82, 0xFF, 0xFF}), "48 4 65535");
    EXPECT_EQ(shape({0x30, 0x83, 0x01, 0x00, 0x00}), "48 5 65536");
    EXPECT_EQ(shape({0x30, 0x83, 0xFF, 0xFF, 0xFF}), "48 5 16777215");
}

TEST(TlvHeader, NeedsNoneOfTheValue) { EXPECT_EQ(shape({0xA0, 0x82, 0x05, 0x24}), "160 4 1316"); }

TEST(TlvHeader, RefusesNonMinimalLengths) {
    EXPECT_EQ(shape({0x30, 0x81, 0x7F}), "nothing");
    EXPECT_EQ(shape({0x30, 0x81, 0x00}), "nothing");
    EXPECT_EQ(shape({0x30, 0x82, 0x00, 0xFF}), "nothing");
    EXPECT_EQ(shape({0x30, 0x83, 0x00, 0xFF, 0xFF}), "nothing");
}

TEST(TlvHeader, RefusesTheIndefiniteLength) { EXPECT_EQ(shape({0x30, 0x80, 0x00, 0x00}), "nothing"); }

TEST(TlvHeader, RefusesLengthsOfSixteenMebibytesAndMore) {
    EXPECT_EQ(shape({0x30, 0x84, 0x01, 0x00, 0x00, 0x00}), "nothing");
    EXPECT_EQ(shape({0x30, 0xFF, 0x01, 0x00, 0x00, 0x00}), "nothing");
}

TEST(TlvHeader, RefusesWhatIsCut) {
    EXPECT_EQ(shape({}), "nothing");
    EXPECT_EQ(shape({0x30}), "nothing");
    EXPECT_EQ(shape({0x30, 0x81}), "nothing");
    EXPECT_EQ(shape({0x30, 0x82, 0x05}), "nothing");
    EXPECT_EQ(shape({0x30, 0x83, 0x05, 0x24}), "nothing");
}

TEST(TlvHeader, RefusesTagsOfSeveralBytes) {
    for (const std::uint8_t tag : Bytes{0x1F, 0x3F, 0x5F, 0x7F, 0xBF, 0xFF})
        EXPECT_EQ(shape({tag, 0x01, 0x01}), "nothing") << int{tag};
    EXPECT_EQ(shape({0x1E, 0x01, 0x01}), "30 2 1");
}

static_assert(!parse_tlv_header({}), "usable where constants are made");

}  // namespace
}  // namespace jpki
