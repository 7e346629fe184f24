// 券面入力補助: which secret opens which file, and that each file holds what it says, down to the signed
// bytes.
#include "surface_help.hpp"
#include "virtual/image/image_maker.hpp"

namespace jpki::vcard::test {
namespace {

const auto kFiles = {"0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"};

class TextApplication : public ::testing::Test {
  protected:
    SurfaceCard card{"0408"};
    PublicKey certified() {
        return public_key(slice(SurfaceFile(card.file("0004")).field(0x5F4E).value, 32));
    }
};

TEST_F(TextApplication, OpensEachFileToItsSecretsOnly) {
    EXPECT_EQ(card.readable(kFiles), "0004 0005 0008");
    EXPECT_EQ(card.present("0014", kMyNumber), "9000");
    EXPECT_EQ(card.readable(kFiles), "0001 0003 0004 0005 0006 0007 0008") << "A opens the number";
    card.select("0402");
    card.select("0408");
    EXPECT_EQ(card.readable(kFiles), "0004 0005 0008") << "another application ends it";
    EXPECT_EQ(card.present("0015", kCodeB), "9000");
    EXPECT_EQ(card.readable(kFiles), "0002 0003 0004 0005 0006 0007 0008") << "B opens the attributes";
    card.select("0402");
    card.select("0408");
    EXPECT_EQ(card.present("0011", "1234"), "9000");
    EXPECT_EQ(card.readable(kFiles), "0001 0002 0003 0004 0005 0006 0007 0008");
}

TEST_F(TextApplication, HasAKeyThatIsLockedFromTheBeginning) {
    card.sw("00A4020C020012");
    EXPECT_EQ(card.sw("00200080"), "63C0");
    EXPECT_EQ(card.sw("0020008004 31323334"), "6984");
    EXPECT_EQ(card.sw("00200092"), "63C0") << "by its short identifier";
    EXPECT_EQ(card.sw("00200091"), "63C3") << "the PIN is not concerned";
}

TEST_F(TextApplication, HoldsTheNumberInSeventeenBytes) {
    card.present("0011", "1234");
    EXPECT_EQ(to_hex(card.file("0001")), "FF100C" + to_hex(to_bytes(kMyNumber)) + "FFFF");
}

TEST_F(TextApplication, HoldsTheAttributesWhereItsTableSays) {
    card.present("0011", "1234");
    const Bytes file = card.file("0002");
    const SurfaceFile read(file);
    EXPECT_EQ(read.outer.tag, 0xFF20U);
    ASSERT_EQ(read.fields.size(), 5U);
    EXPECT_EQ(read.fields[0].tag, 0xDF21U);
    std::string offsets;
    for (std::size_t i = 1; i < 5; ++i) {
        const std::size_t at = read.fields[i].at;
        offsets += to_hex(Bytes{static_cast<std::uint8_t>(at >> 8U), static_cast<std::uint8_t>(at & 0xFFU)});
        EXPECT_EQ(to_hex(slice(file, at, 2)), "DF2" + std::to_string(i + 1)) << at;
    }
    EXPECT_EQ(to_hex(read.fields[0].value), offsets);
    EXPECT_EQ(read.field(0xDF22).value, to_bytes(std::string_view("試験　太郎")));
    EXPECT_FALSE(read.field(0xDF23).value.empty());
    EXPECT_EQ(read.field(0xDF24).value, to_bytes(std::string_view("19850305")));
    EXPECT_EQ(read.field(0xDF25).value, to_bytes(std::string_view("1")));
    EXPECT_EQ(file.back(), 0xFF) << "filler";
}

// Programs count on where the table then lies: its entries' low halves are bytes 9, 11, 13 and 15.
TEST_F(TextApplication, HasItsTableTwoBytesLaterWhereTheAttributesAreLong) {
    card.present("0011", "1234");
    const Bytes file = card.file("0002");
    EXPECT_EQ(to_hex(slice(file, 0, 3)), "FF2082");
    EXPECT_EQ(to_hex(slice(file, 5, 3)), "DF2108");
    const SurfaceFile read(file);
    for (std::size_t i = 1; i < 5; ++i)
        EXPECT_EQ(file[7 + 2 * i], read.fields[i].at) << i;
}

TEST_F(TextApplication, SignsDigestsOfWhatItHolds) {
    card.present("0011", "1234");
    const SurfaceFile record(card.file("0003"));
    EXPECT_EQ(to_hex(slice(record.outer.whole, 0, 5)), "FF3082014B");
    EXPECT_EQ(record.field(0xDF31).value, sha256(card.file("0001"))) << "with its filler";
    const SurfaceFile attributes(card.file("0002"));
    EXPECT_EQ(record.field(0xDF32).value, sha256(attributes.whole({0xDF22, 0xDF23, 0xDF24, 0xDF25})));
    EXPECT_TRUE(signed_by(certified(), record.whole({0xDF31, 0xDF32}), record.field(0xDF33).value));
}

TEST_F(TextApplication, NamesItsOwnKeyInASignedFile) {
    card.present("0014", kMyNumber);
    const SurfaceFile record(card.file("0007"));
    EXPECT_EQ(to_hex(slice(record.outer.whole, 0, 5)), "FF50820213");
    EXPECT_TRUE(signed_by(certified(), record.field(0xDF51).whole, record.field(0xDF52).value));
    // That key signs without any secret, as the one that P2=00 names; by its short identifier, too.
    card.select("0402");
    card.select("0408");
    const PublicKey key = public_key(record.field(0xDF51).value);
    for (const char* command : {"802A000003 616263 00", "802A009303 616263 00"})
        EXPECT_EQ(recovered(key, card.data(command)), to_bytes(std::string_view("abc"))) << command;
}

TEST_F(TextApplication, HasThreeKeysThatAreDifferent) {
    card.present("0011", "1234");
    const Bytes session = card.file("0006");
    ASSERT_EQ(session[0], 0xA1);
    const Bytes own = SurfaceFile(card.file("0007")).field(0xDF51).value;
    const Bytes issuer = to_bytes(slice(SurfaceFile(card.file("0004")).field(0x5F4E).value, 32));
    EXPECT_EQ(to_hex(slice(session, 0, 4)), "A1820109");
    EXPECT_NE(to_bytes(slice(session, 4)), own);
    EXPECT_NE(to_bytes(slice(session, 4)), issuer);
    EXPECT_NE(own, issuer);
}

TEST_F(TextApplication, HasACardVerifiableCertificate) {
    const Bytes file = card.file("0004");
    EXPECT_EQ(file.size(), 568U);
    EXPECT_EQ(to_hex(slice(file, 0, 5)), "7F21820233");
    const SurfaceFile certificate(file);
    const Bytes& body = certificate.field(0x5F4E).value;
    ASSERT_EQ(body.size(), 297U);
    EXPECT_EQ(to_hex(slice(body, 0, 12)),
              "36303030303333"
              "0805"
              "303031")
        << "6000033, 08 05, 001";
    EXPECT_EQ(to_hex(slice(body, 16, 12)),
              "39393930313231"
              "0805"
              "303030")
        << "the municipality's own";
    const RsaKey authority = *RsaKey::from_der(card.image().surface_ca.key);
    Bytes encoded = hex("900301000191820100");
    append(encoded, authority.modulus());
    EXPECT_TRUE(signed_by(public_key(encoded), body, certificate.field(0x5F37).value));
}

TEST_F(TextApplication, TellsWhatItIs) {
    const SurfaceFile information(card.file("0005"));
    EXPECT_EQ(information.outer.tag, 0xFF40U);
    EXPECT_EQ(to_hex(information.field(0xDF41).value), "01030E01");
    EXPECT_EQ(information.field(0xDF42).value.size(), 16U);
    const Bytes& rest = information.field(0xDF43).value;
    ASSERT_EQ(rest.size(), 128U);
    EXPECT_EQ(to_bytes(slice(rest, 32)), Bytes(96, 0xFF));
    EXPECT_EQ(card.file("0008"), Bytes(16, 0xFF));
}

TEST_F(TextApplication, ChangesItsPinAsTheJpkiApplicationDoes) {
    card.sw("00A4020C020011");
    EXPECT_EQ(card.sw("0024018004 35363738"), "6982");
    EXPECT_EQ(card.sw("0020008004 31323334"), "9000");
    EXPECT_EQ(card.sw("0024018004 35363738"), "9000");
    EXPECT_EQ(card.present("0011", "5678"), "9000");
}

TEST_F(TextApplication, IsOpenedByTheSecretsOfItsOwnHolder) {
    SurfaceCard other("0408", other_image());
    EXPECT_EQ(other.present("0014", kMyNumber), "63C9");
    const File* code_b = nullptr;
    for (const File& file : other_image().applications.at(1).files) {
        if (file.id == 0x0015) code_b = &file;
    }
    ASSERT_NE(code_b, nullptr);
    // Heisei 6, 17 September; the end of the card; the security code.
    EXPECT_TRUE(starts_with(code_b->body, to_bytes(std::string_view("0609172033"))));
    EXPECT_EQ(code_b->body.size(), 14U);
}

}  // namespace
}  // namespace jpki::vcard::test
