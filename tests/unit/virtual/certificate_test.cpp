// The test PKI, read back with OpenSSL: sizes, shapes, and chains that verify.
#include <openssl/bio.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "openssl_help.hpp"
#include "test_card.hpp"
#include "virtual/image_maker.hpp"
#include "virtual/rsa_key.hpp"

namespace jpki::vcard::test {
namespace {

std::string name_text(const X509_NAME* name) {
    BIO* memory = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(memory, name, 0,
                       XN_FLAG_SEP_COMMA_PLUS | (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB));
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory, &text);
    std::string out(text, static_cast<std::size_t>(length));
    BIO_free(memory);
    return out;
}

std::string subject(const Image& image, Role role) {
    return name_text(X509_get_subject_name(parse_certificate(image.certificate(role)).get()));
}
std::string issuer(const Image& image, Role role) {
    return name_text(X509_get_issuer_name(parse_certificate(image.certificate(role)).get()));
}

std::string serial(const Image& image, Role role) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    const ASN1_INTEGER* number = X509_get0_serialNumber(certificate.get());
    return to_hex(ByteView(number->data, static_cast<std::size_t>(number->length)));
}

// Extension names in their order, critical ones with an exclamation mark.
std::string extensions(const Image& image, Role role) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    std::string out;
    for (int i = 0; i < X509_get_ext_count(certificate.get()); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate.get(), i);
        out += out.empty() ? "" : " ";
        out += OBJ_nid2sn(OBJ_obj2nid(X509_EXTENSION_get_object(extension)));
        if (X509_EXTENSION_get_critical(extension) != 0) out += "!";
    }
    return out;
}

Bytes extension_value(const Image& image, Role role, int nid) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(
        X509_get_ext(certificate.get(), X509_get_ext_by_NID(certificate.get(), nid, -1)));
    return Bytes(value->data, value->data + value->length);
}

bool chain_verifies(const Bytes& leaf, const Bytes& root, int purpose, const char* day = nullptr) {
    const Certificate certificate = parse_certificate(leaf);
    const Certificate authority = parse_certificate(root);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, authority.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CHECK_SS_SIGNATURE);
    if (day != nullptr) {
        tm at{};
        ASN1_TIME* time = ASN1_TIME_new();
        ASN1_TIME_set_string(time, day);
        ASN1_TIME_to_tm(time, &at);
        X509_VERIFY_PARAM_set_time(parameters, timegm(&at));
        ASN1_TIME_free(time);
    }
    const bool good = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return good;
}

constexpr const char* kMiddle = "260101000000Z";

TEST(Certificates, OfTheDefaultImageHaveTheirExactSizes) {
    const Image& image = default_image();
    EXPECT_EQ(image.certificate(Role::kAuthCert).size(), 1623U);
    EXPECT_EQ(image.certificate(Role::kSignCert).size(), 1909U);
    EXPECT_EQ(image.certificate(Role::kAuthCa).size(), 1738U);
    EXPECT_EQ(image.certificate(Role::kSignCa).size(), 1711U);
}

TEST(Certificates, AreWholeDerForOpenSsl) {
    for (const Role role : {Role::kAuthCert, Role::kSignCert, Role::kAuthCa, Role::kSignCa}) {
        EXPECT_TRUE(parse_certificate(default_image().certificate(role)));
        EXPECT_TRUE(parse_certificate(other_image().certificate(role)));
    }
}

TEST(Certificates, SaySoThatTheyAreForTestsInEveryName) {
    for (const Image* image : {&default_image(), &other_image()}) {
        for (const Role role : {Role::kAuthCert, Role::kSignCert, Role::kAuthCa, Role::kSignCa}) {
            EXPECT_NE(subject(*image, role).find("O=JPKI-TEST"), std::string::npos);
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
    EXPECT_EQ(subject(image, Role::kAuthCert), "C=JP,O=JPKI-TEST,CN=8439C51E0A7713199901001A");
    EXPECT_EQ(subject(image, Role::kSignCert),
              "C=JP,O=JPKI-TEST,L=Minamishiken-shi,CN=20240122101530128JPKITEST99901");
    EXPECT_EQ(serial(image, Role::kAuthCert), "0705D990");
    EXPECT_EQ(serial(image, Role::kSignCert), "0705D991");
    EXPECT_EQ(issuer(image, Role::kAuthCert), subject(image, Role::kAuthCa));
    EXPECT_EQ(issuer(image, Role::kSignCert), subject(image, Role::kSignCa));
}

TEST(Certificates, HaveTheExtensionsOfTheRealProfile) {
    const Image& image = default_image();
    for (const Role role : {Role::kAuthCa, Role::kSignCa}) {
        EXPECT_EQ(extensions(image, role),
                  "keyUsage! subjectAltName basicConstraints! crlDistributionPoints subjectKeyIdentifier");
    }
    EXPECT_EQ(extensions(image, Role::kAuthCert),
              "keyUsage! certificatePolicies issuerAltName crlDistributionPoints authorityKeyIdentifier "
              "subjectKeyIdentifier");
    EXPECT_EQ(extensions(image, Role::kSignCert),
              "keyUsage! certificatePolicies! subjectAltName issuerAltName crlDistributionPoints "
              "authorityKeyIdentifier subjectKeyIdentifier");
}

TEST(Certificates, KeyUsageIsThatOfTheSide) {
    const Image& image = default_image();
    EXPECT_EQ(extension_value(image, Role::kAuthCert, NID_key_usage), hex("03020780"));
    EXPECT_EQ(extension_value(image, Role::kSignCert, NID_key_usage), hex("030206C0"));
    EXPECT_EQ(extension_value(image, Role::kAuthCa, NID_key_usage), hex("03020106"));
    EXPECT_EQ(extension_value(image, Role::kAuthCa, NID_basic_constraints), hex("30030101FF"));
}

TEST(Certificates, PolicyIsThatOfTheSide) {
    // 1.2.392.200149.8.5.1.3.30 and 1.2.392.200149.8.5.1.1.20
    const Bytes auth = extension_value(default_image(), Role::kAuthCert, NID_certificate_policies);
    EXPECT_EQ(to_hex(slice(auth, 4, 13)), "060B2A83088C9B55080501031E");
    const Bytes sign = extension_value(default_image(), Role::kSignCert, NID_certificate_policies);
    EXPECT_EQ(to_hex(slice(sign, 4, 13)), "060B2A83088C9B550805010114");
    const Bytes practice = to_bytes(std::string_view("http://www.jpki-test.example/cps.html"));
    EXPECT_NE(std::search(sign.begin(), sign.end(), practice.begin(), practice.end()), sign.end());
}

TEST(Certificates, KeyIdentifiersAreHashesOfTheKeys) {
    const Image& image = default_image();
    for (const auto& [role, key_role] :
         {std::pair{Role::kAuthCert, Role::kAuthKey}, {Role::kSignCert, Role::kSignKey}}) {
        const std::optional<RsaKey> key = RsaKey::from_der(image.find(key_role)->body);
        ASSERT_TRUE(key);
        Bytes expected = hex("0414");
        append(expected, sha1(key->public_key_octets()));
        EXPECT_EQ(extension_value(image, role, NID_subject_key_identifier), expected);
    }
    const Bytes ca = extension_value(image, Role::kSignCa, NID_subject_key_identifier);
    EXPECT_EQ(slice(extension_value(image, Role::kSignCert, NID_authority_key_identifier), 4).size(), 20U);
    const Bytes authority = extension_value(image, Role::kSignCert, NID_authority_key_identifier);
    EXPECT_EQ(to_hex(slice(authority, 4)), to_hex(slice(ca, 2)));
}

TEST(Certificates, PublicKeyOfAUserLiesInTheFirst767Octets) {
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

TEST(Certificates, SignatureCertificateCarriesThePersonsAttributes) {
    const Bytes names = extension_value(default_image(), Role::kSignCert, NID_subject_alt_name);
    for (const std::string_view value :
         {"試験　太郎", "319850305", "試験県南試験市見本町一丁目２番３号　仮想ビル４０５"}) {
        const Bytes octets = to_bytes(value);
        EXPECT_NE(std::search(names.begin(), names.end(), octets.begin(), octets.end()), names.end())
            << value;
    }
    const unsigned char* at = names.data();
    GENERAL_NAMES* parsed = d2i_GENERAL_NAMES(nullptr, &at, static_cast<long>(names.size()));
    ASSERT_NE(parsed, nullptr);
    ASSERT_EQ(sk_GENERAL_NAME_num(parsed), 6);
    for (int i = 0; i < 6; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(parsed, i);
        ASSERT_EQ(name->type, GEN_OTHERNAME);
        char oid[64];
        OBJ_obj2txt(oid, sizeof oid, name->d.otherName->type_id, 1);
        EXPECT_EQ(std::string(oid), "1.2.392.200149.8.5.5." + std::to_string(i + 1));
        EXPECT_EQ(name->d.otherName->value->type, V_ASN1_UTF8STRING);
    }
    GENERAL_NAMES_free(parsed);
}

TEST(Certificates, AuthenticationCertificateCarriesNoPersonalData) {
    const Bytes& der = default_image().certificate(Role::kAuthCert);
    for (const std::string_view value : {"太郎", "319850305", "南試験市", "Minamishiken"}) {
        const Bytes octets = to_bytes(value);
        EXPECT_EQ(std::search(der.begin(), der.end(), octets.begin(), octets.end()), der.end()) << value;
    }
}

TEST(Certificates, ChainsVerifyForAnyPurposeAndForMail) {
    for (const Image* image : {&default_image(), &other_image()}) {
        for (const auto& [leaf, root] :
             {std::pair{Role::kAuthCert, Role::kAuthCa}, {Role::kSignCert, Role::kSignCa}}) {
            EXPECT_TRUE(chain_verifies(image->certificate(leaf), image->certificate(root), X509_PURPOSE_ANY,
                                       kMiddle));
            EXPECT_TRUE(chain_verifies(image->certificate(leaf), image->certificate(root),
                                       X509_PURPOSE_SMIME_SIGN, kMiddle));
        }
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
    EXPECT_EQ(image.certificate(Role::kSignCert).size(), 1909U);
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
