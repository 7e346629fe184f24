// The cards that are no My Number Card: what they have, what they lack, and whose certificates they carry.
#include "virtual/family.hpp"

#include <openssl/x509v3.h>

#include <algorithm>

#include "openssl_help.hpp"
#include "test_card.hpp"
#include "virtual/image/certificate_profile.hpp"
#include "virtual/image/image_maker.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::test {
namespace {

const Bytes kDocument = to_bytes(std::string_view("what the user wanted to sign"));

// The sign command by short identifier, with an Le of 00.
std::string sign_command(unsigned p1, unsigned p2, const Bytes& input) {
    Bytes bytes{0x80, 0x2A, static_cast<std::uint8_t>(p1), static_cast<std::uint8_t>(p2),
                static_cast<std::uint8_t>(input.size())};
    append(bytes, input);
    bytes.push_back(0);
    return to_hex(bytes);
}

std::string text(ByteView bytes) { return std::string(bytes.begin(), bytes.end()); }

std::string token_field(const Image& image, std::size_t offset, std::size_t length) {
    return text(slice(image.find(Role::kTokenInfo)->body, offset, length));
}

bool issued(const Bytes& leaf, const Bytes& authority) {
    const Certificate certificate = parse_certificate(leaf);
    const Certificate issuer = parse_certificate(authority);
    return X509_check_issued(issuer.get(), certificate.get()) == X509_V_OK &&
           X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
}

std::string issuer_name(const Bytes& leaf) {
    const Certificate certificate = parse_certificate(leaf);
    char name[256];
    return X509_NAME_oneline(X509_get_issuer_name(certificate.get()), name, sizeof name);
}

std::string not_before(const Bytes& der) {
    return text(ByteView(X509_get0_notBefore(parse_certificate(der).get())->data, 13));
}
std::string not_after(const Bytes& der) {
    return text(ByteView(X509_get0_notAfter(parse_certificate(der).get())->data, 13));
}

bool contains(const Bytes& der, std::string_view bytes) {
    const Bytes wanted = hex(bytes);
    return std::search(der.begin(), der.end(), wanted.begin(), wanted.end()) != der.end();
}

TEST(Family, RowsAreInOrderAndDistinct) {
    for (std::size_t i = 0; i < families().size(); ++i) {
        const FamilyInfo& row = families()[i];
        EXPECT_EQ(family_named(row.name), Family{static_cast<std::uint8_t>(i)});
        EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
        for (const FamilyInfo& other : families().first(i)) {
            EXPECT_NE(row.token_label, other.token_label);
            EXPECT_NE(row.serial_mark, other.serial_mark);
        }
        for (const std::string_view assignment : row.personality)
            EXPECT_TRUE(assignment.empty() || Personality().set(assignment)) << assignment;
    }
    EXPECT_EQ(family_named("bank"), std::nullopt);
}

TEST(Family, IsPartOfTheImage) {
    for (const auto& [image, family] : {std::pair{&default_image(), Family::kMyNumber},
                                        {&juki_image(), Family::kJuki},
                                        {&android_image(), Family::kAndroid},
                                        {&iphone_image(), Family::kIphone}}) {
        EXPECT_EQ(image->family, family);
        EXPECT_EQ(parse_image(serialize_image(*image)), *image);
    }
}

TEST(Family, TokenInformationNamesIt) {
    for (const auto& [image, label] : {std::pair{&default_image(), "JPKIAPICCTOKEN2"},
                                       {&juki_image(), "JPKIAPICCTOKEN"},
                                       {&android_image(), "JPKIAPGPSETOKEN"},
                                       {&iphone_image(), "JPKIAPIOSTOKEN"}}) {
        std::string padded = label;
        padded.resize(32, ' ');
        EXPECT_EQ(token_field(*image, 0, 32), padded);
        EXPECT_EQ(image->find(Role::kTokenInfo)->body.size(), 160U);
    }
}

TEST(Family, CardsOfOnePersonHaveSerialNumbersOfTheirOwn) {
    EXPECT_EQ(token_field(default_image(), 80, 16), "0000000020500003");
    EXPECT_EQ(token_field(juki_image(), 80, 16), "1000000020500003");
    EXPECT_EQ(token_field(android_image(), 80, 16), "2000000020500003");
    EXPECT_EQ(token_field(iphone_image(), 80, 16), "3000000020500003");
}

TEST(Family, AnyCardCanBeSwappedForAForeignOne) {
    for (const Image* image : {&juki_image(), &android_image(), &iphone_image()}) {
        TestCard card(*image);
        EXPECT_TRUE(card.set("family", "bank"));
        EXPECT_EQ(card.sw(kSelectJpki), "6A82");
        EXPECT_EQ(card.sw(kSelectManager), "9000");
    }
}

TEST(Juki, HasTheFilesOfASignatureAndNoOthers) {
    JpkiCard card(juki_image());
    for (const char* id : {"0001", "0002", "0006", "0008", "001A", "001B"})
        EXPECT_EQ(card.sw(std::string("00A4020C02") + id), "9000") << id;
    for (const char* id : {"0009", "000A", "000B", "0010", "0016", "0017", "0018"})
        EXPECT_EQ(card.sw(std::string("00A4020C02") + id), "6A82") << id;
    EXPECT_EQ(card.sw("00B08A0000"), "6A82");
    EXPECT_EQ(card.sw(kVerifyAuth), "6A82");
    EXPECT_EQ(card.sw(kSignAuth), "6A82");
    EXPECT_EQ(card.text("00B0880000"), "8F0000");
    EXPECT_FALSE(card.set_tries_left(Role::kAuthPin, 1));
}

TEST(Juki, AnswersResetAsAJukiCard) {
    EXPECT_EQ(to_hex(JpkiCard(juki_image()).atr()), "3B888001000014E0B38191005E");
}

TEST(Juki, HasOnlyPartOfTheOtherApplications) {
    TestCard card(juki_image());
    EXPECT_EQ(card.sw(kSelectText), "6A82");
    EXPECT_EQ(card.sw("00A4040C0AD3921000310001010402"), "6A82");
    EXPECT_EQ(card.sw("00A4040C0AD3921000310001010401"), "9000");
    EXPECT_EQ(card.sw(kSelectManager), "9000");
}

TEST(Juki, CertificateIsReadableOnlyAfterThePassword) {
    JpkiCard card(juki_image());
    EXPECT_EQ(card.sw("00B0810000"), "6982");
    EXPECT_EQ(card.sw("00B0820000"), "9000") << "the authority's is free";
    EXPECT_EQ(card.sw(kQuerySign), "63C5");
    EXPECT_EQ(card.sw(kVerifySign), "9000");
    const Bytes& der = card.image().certificate(Role::kSignCert);
    EXPECT_TRUE(starts_with(card.read_file(0x01), der));
}

TEST(Juki, CertificateIsOfItsTime) {
    const Image& image = juki_image();
    const Bytes& leaf = image.certificate(Role::kSignCert);
    const Bytes& authority = image.certificate(Role::kSignCa);
    EXPECT_EQ(issuer_name(leaf), "/C=JP/O=JPKI-TEST/OU=Test Prefecture/OU=The Governor of Test Prefecture");
    EXPECT_TRUE(issued(leaf, authority));
    EXPECT_TRUE(issued(authority, authority));
    EXPECT_EQ(not_before(leaf), "150406010000Z");
    EXPECT_EQ(not_after(leaf), "180405145959Z") << "three years";
    EXPECT_EQ(not_before(authority), "131001010000Z");
    const Certificate parsed = parse_certificate(leaf);
    EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(parsed.get())), 1024);
    EXPECT_EQ(X509_get_signature_nid(parsed.get()), NID_sha1WithRSAEncryption);
    EXPECT_EQ(X509_get_signature_nid(parse_certificate(authority).get()), NID_sha1WithRSAEncryption);
    EXPECT_THROW(image.certificate(Role::kAuthCert), ImageError);
}

TEST(Juki, SignsWithAnswersOf128Bytes) {
    JpkiCard card(juki_image());
    EXPECT_EQ(card.sw(kSignSign), "6982");
    card.sw(kVerifySign);
    const Bytes& certificate = card.image().certificate(Role::kSignCert);
    for (const Bytes& hash_info :
         {sha1_digest_info(sha1(kDocument)), sha256_digest_info(sha256(kDocument))}) {
        const Bytes signature = card.data(sign_command(0, 0x9A, hash_info));
        EXPECT_EQ(signature.size(), 128U);
        EXPECT_EQ(recover(certificate, signature), hash_info);
    }
    EXPECT_EQ(card.data("802A009A03 616263 80").size(), 128U) << "an Le of 128 is enough";
    EXPECT_EQ(card.sw("802A009A03 616263 7F"), "6700");
}

TEST(Juki, SignsUpTo117Bytes) {
    JpkiCard card(juki_image());
    card.sw(kVerifySign);
    EXPECT_EQ(card.sw(sign_command(0, 0x9A, Bytes(117, 0x5A))), "9000");
    EXPECT_EQ(card.sw(sign_command(0, 0x9A, Bytes(118, 0x5A))), "6985");
    EXPECT_EQ(card.oracle().sign_key.signatures, 1U);
}

TEST(Juki, DoesNotKnowPss) {
    JpkiCard card(juki_image());
    card.sw(kVerifySign);
    EXPECT_EQ(card.sw(sign_command(4, 0x9A, Bytes(32))), "6A86");
    EXPECT_EQ(card.sw(sign_command(5, 0x9A, Bytes(32))), "6A86");
}

TEST(Juki, UnderstandsShortIdentifiersAsTheSwitchSays) {
    JpkiCard card(juki_image());
    card.set("sfi", "no");
    EXPECT_EQ(card.sw("00B0860000"), "6A86");
    card.set("sfi", "yes");
    EXPECT_EQ(card.sw("00B0860000"), "9000");
}

TEST(Juki, TakesPasswordsOf4To16Characters) {
    MakeOptions options{.family = Family::kJuki, .person = 3, .auth_pin = "", .issuer = &juki_image()};
    options.sign_pin = "AB1";
    EXPECT_THROW(make_image(options), ImageError);
    options.sign_pin = "ABCDEFGH123456789";
    EXPECT_THROW(make_image(options), ImageError);
    options.sign_pin = "AB12";
    JpkiCard card(make_image(options));
    EXPECT_EQ(card.sw("0020009B04 41423132"), "9000");
    card.set("pin-rules", "checked");
    EXPECT_EQ(card.sw("0024018003 414231"), "6A80");
    EXPECT_EQ(card.sw("0024018004 41423133"), "9000");
}

TEST(Juki, BlocksAfterFiveWrongPasswords) {
    JpkiCard card(juki_image());
    for (const char* expected : {"63C4", "63C3", "63C2", "63C1", "63C0", "6984"})
        EXPECT_EQ(card.sw(kWrongSign), expected);
}

TEST(Family, AuthoritiesIssueForTheirOwnFamiliesOnly) {
    EXPECT_THROW(make_image({.family = Family::kJuki, .issuer = &default_image()}), ImageError);
    EXPECT_THROW(make_image({.family = Family::kAndroid, .issuer = &juki_image()}), ImageError);
    EXPECT_THROW(make_image({.issuer = &juki_image()}), ImageError);
    EXPECT_EQ(android_image().sign_ca, default_image().sign_ca);
    EXPECT_EQ(iphone_image().auth_ca, default_image().auth_ca);
    EXPECT_EQ(juki_image().auth_ca, Authority{});
    for (const Profile profile : {Profile::kReal, Profile::kPlain})
        EXPECT_THROW(certificate_profile(Family::kJuki, KeyPurpose::authentication, profile), ImageError);
}

class Phone : public testing::TestWithParam<const char*> {
  protected:
    const Image image = load_image(GetParam());
    JpkiCard card{image};
};
INSTANTIATE_TEST_SUITE_P(Family, Phone, testing::Values(ANDROID_IMAGE, IPHONE_IMAGE), [](const auto& path) {
    return std::string(path.param) == ANDROID_IMAGE ? "Android" : "Iphone";
});

TEST_P(Phone, AnswersSelectOfJpkiAndTheCardManagerOnly) {
    for (const char* last : {"0408", "0402", "0401", "0100"})
        EXPECT_EQ(card.sw(std::string("00A4040C0AD392100031000101") + last), "6A82") << last;
    EXPECT_EQ(card.sw(kSelectJpki), "9000");
    EXPECT_EQ(card.sw(kSelectManager), "9000");
    EXPECT_EQ(card.sw("00CA004500"), "6A88") << "a phone has no card number";
}

TEST_P(Phone, GuardsBothCertificatesEachWithItsPin) {
    EXPECT_EQ(card.sw("00B08A0000"), "6982");
    EXPECT_EQ(card.sw("00B0810000"), "6982");
    EXPECT_EQ(card.sw("00B08B0000"), "9000");
    EXPECT_EQ(card.sw(kVerifySign), "9000");
    EXPECT_EQ(card.sw("00B08A0000"), "6982") << "the other PIN does not open it";
    EXPECT_EQ(card.sw(kVerifyAuth), "9000");
    EXPECT_TRUE(starts_with(card.read_file(0x0A), image.certificate(Role::kAuthCert)));
    EXPECT_TRUE(starts_with(card.read_file(0x01), image.certificate(Role::kSignCert)));
}

TEST_P(Phone, SignsWithBothKeys) {
    card.sw(kVerifyAuth);
    card.sw(kVerifySign);
    for (const auto& [p2, role] : {std::pair{0x97U, Role::kAuthCert}, {0x9AU, Role::kSignCert}}) {
        const Bytes& certificate = image.certificate(role);
        const Bytes hash = sha256(kDocument);
        EXPECT_TRUE(verifies(certificate, card.data(sign_command(0, p2, sha256_digest_info(hash))), hash,
                             RSA_PKCS1_PADDING));
        EXPECT_TRUE(verifies(certificate, card.data(sign_command(4, p2, hash)), hash, RSA_PKCS1_PSS_PADDING));
    }
}

TEST_P(Phone, CarriesCertificatesOfTheDefaultAuthoritiesThatAreNotTheCards) {
    for (const auto& [leaf, authority] :
         {std::pair{Role::kAuthCert, Role::kAuthCa}, {Role::kSignCert, Role::kSignCa}}) {
        EXPECT_TRUE(issued(image.certificate(leaf), default_image().certificate(authority)));
        EXPECT_LE(not_after(image.certificate(leaf)), not_after(default_image().certificate(leaf)));
        const Certificate ours = parse_certificate(image.certificate(leaf));
        const Certificate cards = parse_certificate(default_image().certificate(leaf));
        EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(ours.get()), X509_get0_serialNumber(cards.get())),
                  0);
    }
}

TEST_P(Phone, CertificatesHaveThePoliciesOfPhones) {
    // 1.2.392.200149.8.5.1.1.40, and not the card's 1.20
    EXPECT_TRUE(contains(image.certificate(Role::kSignCert), "060B2A83088C9B550805010128"));
    EXPECT_FALSE(contains(image.certificate(Role::kSignCert), "060B2A83088C9B550805010114"));
    // 1.2.392.200149.8.5.1.3.50
    EXPECT_TRUE(contains(image.certificate(Role::kAuthCert), "060B2A83088C9B550805010332"));
}

TEST(Iphone, AloneAnswersForItsLastCommand) {
    for (const Image* image : {&default_image(), &juki_image(), &android_image()}) {
        EXPECT_EQ(JpkiCard(*image).sw("80FC0000"), "6700");
    }
    EXPECT_EQ(JpkiCard(iphone_image()).sw("80FC0000"), "9000");
}

}  // namespace
}  // namespace jpki::vcard::test
