// The test PKI, read back with OpenSSL: names, keys, and chains that verify. Extension by extension it is
// read in certificate_profile_test.cpp.
#include <algorithm>

#include "certificate_help.hpp"
#include "test_card.hpp"
#include "virtual/image/image_maker.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::test {
namespace {

constexpr const char* kMiddle = "260101000000Z";

TEST(Certificates, AreWholeDerForOpenSsl) {
    for (const Role role : {Role::kAuthCert, Role::kSignCert, Role::kAuthCa, Role::kSignCa}) {
        EXPECT_TRUE(parse_certificate(default_image().certificate(role)));
        EXPECT_TRUE(parse_certificate(other_image().certificate(role)));
    }
}

TEST(Certificates, SaySoThatTheyAreForTestsInEveryIssuersName) {
    for (const Image* image : {&default_image(), &other_image(), &plain_image()}) {
        for (const Role role : {Role::kAuthCert, Role::kSignCert, Role::kAuthCa, Role::kSignCa}) {
            EXPECT_NE(issuer(*image, role).find("O=JPKI-TEST"), std::string::npos);
        }
    }
}

TEST(Certificates, NamesAndSerialsAreDeterministic) {
    const Image& image = default_image();
    EXPECT_EQ(subject(image, Role::kAuthCa),
              "C=JP,O=JPKI-TEST,OU=JPKI for user authentication,OU=Japan Agency for "
              "Local Authority Information Systems");
    EXPECT_EQ(subject(image, Role::kSignCa),
              "C=JP,O=JPKI-TEST,OU=JPKI for digital signature,OU=Japan Agency for "
              "Local Authority Information Systems");
    EXPECT_EQ(subject(image, Role::kAuthCert), "C=JP,CN=8439C51E0A771399901003A");
    EXPECT_EQ(subject(image, Role::kSignCert),
              "C=JP,L=Shiken-ken,L=Minamishiken-shi,CN=20240122101530128JPKITEST99901");
    EXPECT_EQ(serial(image, Role::kAuthCert), "0705D990");
    EXPECT_EQ(serial(image, Role::kSignCert), "0705D991");
    EXPECT_EQ(issuer(image, Role::kAuthCert), subject(image, Role::kAuthCa));
    EXPECT_EQ(issuer(image, Role::kSignCert), subject(image, Role::kSignCa));
}

TEST(Certificates, KeyIdentifiersAreHashesOfTheKeys) {
    const Image& image = default_image();
    for (const auto& [role, key_role] :
         {std::pair{Role::kAuthCert, Role::kAuthKey}, {Role::kSignCert, Role::kSignKey}}) {
        const std::optional<RsaKey> key = RsaKey::from_der(image.find(key_role)->body);
        ASSERT_TRUE(key);
        Bytes expected = hex("0414");
        append(expected, sha1(key->public_key_bytes()));
        EXPECT_EQ(extension_value(image, role, NID_subject_key_identifier), expected);
    }
}

TEST(Certificates, PublicKeyOfAUserLiesInTheFirst767Bytes) {
    for (const Image* image : {&default_image(), &other_image()}) {
        for (const auto& [role, key_role] :
             {std::pair{Role::kAuthCert, Role::kAuthKey}, {Role::kSignCert, Role::kSignKey}}) {
            const Bytes& der = image->certificate(role);
            const Bytes info = RsaKey::from_der(image->find(key_role)->body)->public_key_info();
            const auto at = std::search(der.begin(), der.end(), info.begin(), info.end());
            ASSERT_NE(at, der.end()) << "the certificate is of this key";
            EXPECT_LE(at - der.begin() + std::ssize(info), 767);
        }
    }
}

TEST(Certificates, ChainsVerifyForWhatTheyAreFor) {
    for (const Image* image : {&default_image(), &other_image(), &plain_image()}) {
        const bool plain = image == &plain_image();
        const auto verifies = [&](Role leaf, Role root, int purpose) {
            return chain_verifies(image->certificate(leaf), image->certificate(root), purpose, kMiddle);
        };
        for (const auto& [leaf, root] :
             {std::pair{Role::kAuthCert, Role::kAuthCa}, {Role::kSignCert, Role::kSignCa}}) {
            EXPECT_TRUE(verifies(leaf, root, X509_PURPOSE_ANY));
            EXPECT_TRUE(verifies(leaf, root, X509_PURPOSE_SSL_CLIENT));
        }
        EXPECT_TRUE(verifies(Role::kSignCert, Role::kSignCa, X509_PURPOSE_SMIME_SIGN));
        EXPECT_EQ(verifies(Role::kAuthCert, Role::kAuthCa, X509_PURPOSE_SMIME_SIGN), plain)
            << "the purpose of a real authentication certificate is TLS and nothing else";
        EXPECT_FALSE(chain_verifies(image->certificate(Role::kAuthCert), image->certificate(Role::kSignCa),
                                    X509_PURPOSE_ANY, kMiddle));
    }
}

TEST(Certificates, TwoPersonsShareAuthoritiesAndNothingElse) {
    EXPECT_EQ(default_image().auth_ca, other_image().auth_ca);
    EXPECT_NE(default_image().certificate(Role::kAuthCert), other_image().certificate(Role::kAuthCert));
    EXPECT_NE(serial(default_image(), Role::kAuthCert), serial(other_image(), Role::kAuthCert));
    EXPECT_NE(default_image().find(Role::kAuthKey)->body, other_image().find(Role::kAuthKey)->body);
    EXPECT_NE(default_image().find(Role::kTokenInfo)->body, other_image().find(Role::kTokenInfo)->body);
}

TEST(Certificates, CanBeMadeExpired) {
    const Image image = make_image({.person = 7,
                                    .not_before = "2019-05-01",
                                    .not_after = "2021-06-30",
                                    .auth_pin = "0000",
                                    .sign_pin = "ZZZZZZ9",
                                    .issuer = &default_image()});
    const Bytes& leaf = image.certificate(Role::kAuthCert);
    const Certificate parsed = parse_certificate(leaf);
    const ASN1_TIME* end = X509_get0_notAfter(parsed.get());
    EXPECT_EQ(to_hex(ByteView(end->data, 13)), to_hex(to_bytes(std::string_view("210630145959Z"))));
    EXPECT_FALSE(chain_verifies(leaf, image.certificate(Role::kAuthCa), X509_PURPOSE_ANY, kMiddle));
    JpkiCard card(image);
    EXPECT_EQ(card.sw("0020009804 30303030"), "9000");
    EXPECT_EQ(card.sw("0020009B07 5A5A5A5A5A5A39"), "9000");
}

TEST(Certificates, OptionsThatMakeNoCardAreRefused) {
    const Image* issuer = &default_image();
    EXPECT_THROW(make_image({.not_before = "2024-02-30", .issuer = issuer}), ImageError);
    EXPECT_THROW(make_image({.not_before = "yesterday", .issuer = issuer}), ImageError);
    EXPECT_THROW(make_image({.not_before = "2030-01-01", .not_after = "2029-01-01", .issuer = issuer}),
                 ImageError);
    EXPECT_THROW(make_image({.auth_pin = "12345", .issuer = issuer}), ImageError);
    EXPECT_THROW(make_image({.sign_pin = "abc123", .issuer = issuer}), ImageError);
}

}  // namespace
}  // namespace jpki::vcard::test
