// 券面事項確認: which secret opens which file, and that pictures, records and signatures are what they say.
#include "surface_help.hpp"

namespace jpki::vcard::test {
namespace {

const auto kFiles = {"0001", "0002", "0003", "0004", "0005", "0006"};

class VisualApplication : public ::testing::Test {
  protected:
    SurfaceCard card{"0402"};
    PublicKey certified() {
        return public_key(slice(SurfaceFile(card.file("0004")).field(0x5F4E).value, 32));
    }
    void again() {
        card.select("0100");
        card.select("0402");
    }
};

// A PNG's width, height, depth and kind of colour, in hexadecimal.
std::string png_header(ByteView picture) {
    EXPECT_EQ(to_hex(slice(picture, 0, 16)), "89504E470D0A1A0A0000000D49484452");
    EXPECT_EQ(to_hex(picture.last(12)), "0000000049454E44AE426082");
    return to_hex(slice(picture, 16, 10));
}

TEST_F(VisualApplication, OpensEachFileToItsSecretsOnly) {
    EXPECT_EQ(card.readable(kFiles), "0003 0004");
    EXPECT_EQ(card.present("0011", "600305"), "9000") << "the year of the era";
    EXPECT_EQ(card.readable(kFiles), "0001 0003 0004");
    again();
    EXPECT_EQ(card.present("0012", kCodeB), "9000") << "0012 is B here";
    EXPECT_EQ(card.readable(kFiles), "0002 0003 0004 0006");
    again();
    EXPECT_EQ(card.present("0013", kMyNumber), "9000") << "0013 is A here";
    EXPECT_EQ(card.readable(kFiles), "0002 0003 0004 0005 0006");
    again();
    EXPECT_EQ(card.present("0012", kMyNumber), "63C9");
    EXPECT_EQ(card.present("0013", kCodeB), "63C9");
}

TEST_F(VisualApplication, RecordsTheAge) {
    card.present("0011", "600305");
    const SurfaceFile record(card.file("0001"));
    EXPECT_EQ(to_hex(slice(record.outer.whole, 0, 5)), "FF1082021E");
    EXPECT_EQ(record.field(0xDF11).value, to_bytes(std::string_view("19850305")));
    EXPECT_TRUE(signed_by(certified(), record.whole({0xDF11, 0xDF12}), record.field(0xDF13).value));
}

TEST_F(VisualApplication, ShowsTheFaceWhereItsTableSays) {
    card.present("0012", kCodeB);
    const SurfaceFile face(card.file("0002"));
    EXPECT_EQ(face.outer.tag, 0xFF20U);
    ASSERT_EQ(face.fields.size(), 10U);
    ASSERT_EQ(face.fields[0].value.size(), 18U);
    for (std::size_t i = 1; i < 10; ++i) {
        const ByteView offset = slice(face.fields[0].value, 2 * (i - 1), 2);
        EXPECT_EQ(static_cast<std::size_t>(offset[0] << 8U | offset[1]), face.fields[i].at) << i;
    }
    EXPECT_EQ(face.field(0xDF22).value, to_bytes(std::string_view("19850305")));
    EXPECT_EQ(face.field(0xDF23).value, to_bytes(std::string_view("1")));
    EXPECT_EQ(face.field(0xDF29).value, to_bytes(std::string_view("20330305")));
    EXPECT_EQ(png_header(face.field(0xDF25).value), "00000050000000100100")
        << "five characters, one bit a pixel";
    EXPECT_EQ(png_header(face.field(0xDF2A).value), "000000180000000C0100") << "24 by 12";
    const Bytes& photograph = face.field(0xDF27).value;
    EXPECT_EQ(to_hex(slice(photograph, 0, 12)), "0000000C6A5020200D0A870A") << "JPEG 2000";
    EXPECT_EQ(to_hex(ByteView(photograph).last(2)), "FFD9");
}

TEST_F(VisualApplication, SignsTheFaceInThreeDigests) {
    card.present("0013", kMyNumber);
    const SurfaceFile face(card.file("0002"));
    Bytes expected = hex("3071300D060960864801650304020105000460");
    append(expected, sha256(face.whole({0xDF22, 0xDF23, 0xDF24})));
    append(expected, sha256(face.whole({0xDF25, 0xDF26})));
    append(expected, sha256(face.whole({0xDF27})));
    EXPECT_EQ(to_hex(recovered(certified(), face.field(0xDF28).value)), to_hex(expected));
}

TEST_F(VisualApplication, ShowsTheNumberToA) {
    card.present("0013", kMyNumber);
    const SurfaceFile record(card.file("0005"));
    EXPECT_EQ(record.outer.tag, 0xFF40U);
    EXPECT_EQ(png_header(record.field(0xDF41).value), "000000480000000C0100") << "72 by 12";
    EXPECT_TRUE(signed_by(certified(), record.whole({0xDF41, 0xDF42}), record.field(0xDF43).value));
}

TEST_F(VisualApplication, ProvesThatTheCardIsThere) {
    card.present("0011", "600305");
    const Bytes named = SurfaceFile(card.file("0001")).field(0xDF12).value;
    again();
    EXPECT_EQ(recovered(public_key(named), card.data("802A000003 616263 00")),
              to_bytes(std::string_view("abc")));
    card.present("0013", kMyNumber);
    EXPECT_EQ(SurfaceFile(card.file("0002")).field(0xDF24).value, named) << "one key in all its records";
    EXPECT_EQ(SurfaceFile(card.file("0005")).field(0xDF42).value, named);
    EXPECT_EQ(card.oracle().other_keys.signatures, 1U);
}

TEST_F(VisualApplication, TellsWhatItIs) {
    const SurfaceFile information(card.file("0003"));
    EXPECT_EQ(information.outer.tag, 0xFF30U);
    EXPECT_EQ(to_hex(information.field(0xDF31).value), "06030E01");
    EXPECT_EQ(information.field(0xDF32).value.size(), 16U);
    EXPECT_EQ(to_hex(information.field(0xDF33).value), "00");
    EXPECT_EQ(information.field(0xDF34).value, to_bytes(std::string_view("99901")));
    EXPECT_EQ(information.field(0xDF35).value.size(), 272U);
    EXPECT_EQ(to_hex(slice(card.file("0004"), 10, 7)), "36303030303233") << "under the number 6000023";
}

}  // namespace
}  // namespace jpki::vcard::test
