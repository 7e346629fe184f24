// The card's own command parser: the seven shapes of ISO 7816-3 §12.1.3 and what is none of them.
#include "virtual/apdu.hpp"

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

struct Shape {
    const char* bytes;
    ApduCase iso_case;
    bool extended;
    std::size_t nc;
    std::size_t ne;
};

void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.bytes; }

class ApduShape : public testing::TestWithParam<Shape> {};

TEST_P(ApduShape, IsUnderstood) {
    const Shape& expected = GetParam();
    const Bytes bytes = hex(expected.bytes);
    const std::optional<Apdu> apdu = parse_apdu(bytes);
    ASSERT_TRUE(apdu);
    EXPECT_EQ(apdu->iso_case, expected.iso_case);
    EXPECT_EQ(apdu->extended, expected.extended);
    EXPECT_EQ(apdu->data.size(), expected.nc);
    EXPECT_EQ(apdu->ne, expected.ne);
    EXPECT_EQ(apdu->cla, bytes[0]);
    EXPECT_EQ(apdu->ins, bytes[1]);
    EXPECT_EQ(apdu->p1p2(), 0x1234);
}

INSTANTIATE_TEST_SUITE_P(Iso7816_3, ApduShape,
                         testing::Values(Shape{"00201234", ApduCase::k1, false, 0, 0},
                                         Shape{"00B0123400", ApduCase::k2, false, 0, 256},
                                         Shape{"00B01234FF", ApduCase::k2, false, 0, 255},
                                         Shape{"0020123402AABB", ApduCase::k3, false, 2, 0},
                                         Shape{"802A123401AA00", ApduCase::k4, false, 1, 256},
                                         Shape{"802A123402AABB10", ApduCase::k4, false, 2, 16},
                                         Shape{"00B01234000000", ApduCase::k2, true, 0, 65536},
                                         Shape{"00B01234000200", ApduCase::k2, true, 0, 512},
                                         Shape{"00201234000001AA", ApduCase::k3, true, 1, 0},
                                         Shape{"802A1234000002AABB0100", ApduCase::k4, true, 2, 256},
                                         Shape{"802A1234000001AA0000", ApduCase::k4, true, 1, 65536}));

class BrokenApdu : public testing::TestWithParam<const char*> {};

TEST_P(BrokenApdu, IsNotParsedAndAnsweredWithWrongLength) {
    EXPECT_FALSE(parse_apdu(hex(GetParam())));
    JpkiCard card;
    EXPECT_EQ(card.sw(GetParam()), "6700");
}

INSTANTIATE_TEST_SUITE_P(Iso7816_3, BrokenApdu,
                         testing::Values("", "00", "0020", "002000", "0020008002AA", "0020008001AABBCC",
                                         "002000800001", "0020008000000000", "0020008000000300AA",
                                         "0020008000 0002AABB00", "00200080000000AA"));

TEST(Apdu, EveryLengthOfRandomBytesIsAnsweredWithoutHarm) {
    JpkiCard card;
    for (std::size_t length = 0; length < 600; ++length) {
        Bytes bytes(length);
        for (std::size_t i = 0; i < length; ++i)
            bytes[i] = static_cast<std::uint8_t>(i * 37 + length);
        EXPECT_GE(card.transmit(bytes).size(), 2U);
    }
}

}  // namespace
}  // namespace jpki::vcard::test
