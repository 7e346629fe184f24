// The profile of real certificates, a row a test, as OpenSSL reads ours; and the plain one, which has none of
// it. Names, policies and addresses are those of a test PKI.
#include <algorithm>

#include "certificate_help.hpp"
#include "test_card.hpp"
#include "virtual/image/image_maker.hpp"

namespace jpki::vcard::test {
namespace {

struct Freed {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    void operator()(AUTHORITY_KEYID* key) const { AUTHORITY_KEYID_free(key); }
    void operator()(CRL_DIST_POINTS* points) const { CRL_DIST_POINTS_free(points); }
};

template <class T>
std::unique_ptr<T, Freed> extension(const Image& image, Role role, int nid) {
    return std::unique_ptr<T, Freed>(static_cast<T*>(
        X509_get_ext_d2i(parse_certificate(image.certificate(role)).get(), nid, nullptr, nullptr)));
}

// As `openssl x509 -text` shows it, in one line.
std::string shown(const Image& image, Role role, int nid) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    const int at = X509_get_ext_by_NID(certificate.get(), nid, -1);
    if (at < 0) return "none";
    BIO* memory = BIO_new(BIO_s_mem());
    X509V3_EXT_print(memory, X509_get_ext(certificate.get(), at), 0, 0);
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory, &text);
    std::string out(text, static_cast<std::size_t>(length));
    BIO_free(memory);
    std::ranges::replace(out, '\n', ' ');
    return out.substr(0, out.find_last_not_of(' ') + 1);
}

std::string directory(const GENERAL_NAMES* names) {
    if (names == nullptr || sk_GENERAL_NAME_num(names) != 1) return "not one name";
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, 0);
    return name->type == GEN_DIRNAME ? name_text(name->d.directoryName) : "no directory name";
}

std::string alternative(const Image& image, Role role, int nid) {
    return directory(extension<GENERAL_NAMES>(image, role, nid).get());
}

std::string distribution_point(const Image& image, Role role) {
    const auto points = extension<CRL_DIST_POINTS>(image, role, NID_crl_distribution_points);
    if (!points || sk_DIST_POINT_num(points.get()) != 1) return "not one point";
    return directory(sk_DIST_POINT_value(points.get(), 0)->distpoint->name.fullname);
}

std::string time_text(const ASN1_TIME* time) {
    return (time->type == V_ASN1_UTCTIME ? "UTCTime " : "other ") +
           std::string(reinterpret_cast<const char*>(time->data), static_cast<std::size_t>(time->length));
}
std::string begins(const Image& image, Role role) {
    return time_text(X509_get0_notBefore(parse_certificate(image.certificate(role)).get()));
}
std::string ends(const Image& image, Role role) {
    return time_text(X509_get0_notAfter(parse_certificate(image.certificate(role)).get()));
}

// The last arc of each otherName with its value, in order.
std::string person(const Image& image) {
    const auto names = extension<GENERAL_NAMES>(image, Role::kSignCert, NID_subject_alt_name);
    std::string out;
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_OTHERNAME || name->d.otherName->value->type != V_ASN1_UTF8STRING)
            return "other";
        char oid[64];
        OBJ_obj2txt(oid, sizeof oid, name->d.otherName->type_id, 1);
        const std::string_view number = oid;
        if (!number.starts_with("1.2.392.200149.8.5.5.")) return std::string(number);
        const ASN1_UTF8STRING* value = name->d.otherName->value->value.utf8string;
        out +=
            "." + std::string(number.substr(number.rfind('.') + 1)) + "=" +
            std::string(reinterpret_cast<const char*>(value->data), static_cast<std::size_t>(value->length)) +
            " ";
    }
    return out;
}

// The number of the authority's certificate when all three fields of the identifier name that authority.
std::string issuer_by_key_name_and_number(const Image& image, Role leaf, Role authority) {
    const auto key = extension<AUTHORITY_KEYID>(image, leaf, NID_authority_key_identifier);
    if (!key || key->keyid == nullptr || key->issuer == nullptr || key->serial == nullptr)
        return "incomplete";
    const Bytes expected = extension_value(image, authority, NID_subject_key_identifier);
    if (to_hex(ByteView(key->keyid->data, static_cast<std::size_t>(key->keyid->length))) !=
        to_hex(slice(expected, 2)))
        return "another key";
    if (directory(key->issuer) != issuer(image, authority)) return directory(key->issuer);
    return to_hex(ByteView(key->serial->data, static_cast<std::size_t>(key->serial->length)));
}

TEST(RealProfile, AuthenticationHasTheseExtensionsInThisOrder) {
    EXPECT_EQ(extensions(default_image(), Role::kAuthCert),
              "keyUsage! extendedKeyUsage certificatePolicies! issuerAltName crlDistributionPoints "
              "authorityInfoAccess authorityKeyIdentifier subjectKeyIdentifier");
}

TEST(RealProfile, SignatureHasNeitherPurposeNorResponder) {
    EXPECT_EQ(extensions(default_image(), Role::kSignCert),
              "keyUsage! subjectAltName certificatePolicies! issuerAltName crlDistributionPoints "
              "authorityKeyIdentifier subjectKeyIdentifier");
}

TEST(RealProfile, AuthoritiesHaveTheseExtensionsInThisOrder) {
    for (const Role role : {Role::kAuthCa, Role::kSignCa})
        EXPECT_EQ(extensions(default_image(), role),
                  "keyUsage! subjectAltName basicConstraints! crlDistributionPoints subjectKeyIdentifier");
}

TEST(RealProfile, KeyUsageIsThatOfTheSide) {
    for (const Image* image : {&default_image(), &plain_image()}) {
        EXPECT_EQ(shown(*image, Role::kAuthCert, NID_key_usage), "Digital Signature");
        EXPECT_EQ(shown(*image, Role::kSignCert, NID_key_usage), "Digital Signature, Non Repudiation");
        EXPECT_EQ(shown(*image, Role::kAuthCa, NID_key_usage), "Certificate Sign, CRL Sign");
        EXPECT_EQ(shown(*image, Role::kSignCa, NID_key_usage), "Certificate Sign, CRL Sign");
    }
}

TEST(RealProfile, AuthenticationIsForTlsClientsOnly) {
    EXPECT_EQ(shown(default_image(), Role::kAuthCert, NID_ext_key_usage), "TLS Web Client Authentication");
}

TEST(RealProfile, PolicyNamesTheStatementOfPractice) {
    EXPECT_EQ(shown(default_image(), Role::kAuthCert, NID_certificate_policies),
              "Policy: 1.2.392.200149.8.5.1.3.30   CPS: http://jpki.test/cps.html");
    EXPECT_EQ(shown(default_image(), Role::kSignCert, NID_certificate_policies),
              "Policy: 1.2.392.200149.8.5.1.0.20   CPS: http://jpki.test/cps.html");
}

TEST(RealProfile, IssuersAlternativeNameIsTheAuthoritysInJapanese) {
    const Image& image = default_image();
    EXPECT_EQ(
        alternative(image, Role::kAuthCert, NID_issuer_alt_name),
        "C=JP,O=公的個人認証サービス,OU=公的個人認証サービス利用者証明用,OU=地方公共団体情報システム機構");
    EXPECT_EQ(alternative(image, Role::kSignCert, NID_issuer_alt_name),
              "C=JP,O=公的個人認証サービス,OU=公的個人認証サービス署名用,OU=地方公共団体情報システム機構");
    EXPECT_EQ(alternative(image, Role::kAuthCa, NID_subject_alt_name),
              alternative(image, Role::kAuthCert, NID_issuer_alt_name));
    EXPECT_EQ(alternative(image, Role::kSignCa, NID_subject_alt_name),
              alternative(image, Role::kSignCert, NID_issuer_alt_name));
}

TEST(RealProfile, DistributionPointTellsPrefectureAndCityOfIssue) {
    EXPECT_EQ(distribution_point(default_image(), Role::kAuthCert),
              "C=JP,O=JPKI-TEST,OU=JPKI for user authentication,OU=CRL Distribution Points,OU=Shiken-ken,"
              "CN=Minamishiken-shi CRLDP");
    EXPECT_EQ(distribution_point(other_image(), Role::kSignCert),
              "C=JP,O=JPKI-TEST,OU=JPKI for digital signature,OU=CRL Distribution Points,OU=Mihon-fu,"
              "CN=Kitamihon-shi CRLDP");
}

TEST(RealProfile, DistributionPointOfAnAuthorityIsItsOwnName) {
    for (const Role role : {Role::kAuthCa, Role::kSignCa})
        EXPECT_EQ(distribution_point(default_image(), role), subject(default_image(), role));
}

TEST(RealProfile, ResponderIsOneThatNobodyCanAsk) {
    EXPECT_EQ(shown(default_image(), Role::kAuthCert, NID_info_access), "OCSP - URI:http://ocsp.jpki.test");
}

TEST(RealProfile, AuthorityKeyIdentifierHasKeyIssuerAndSerial) {
    for (const Image* image : {&default_image(), &other_image()}) {
        EXPECT_EQ(issuer_by_key_name_and_number(*image, Role::kAuthCert, Role::kAuthCa), "06D1A001");
        EXPECT_EQ(issuer_by_key_name_and_number(*image, Role::kSignCert, Role::kSignCa), "067CA002");
    }
}

TEST(RealProfile, AuthoritiesMayIssueWithoutLimitOfThePath) {
    for (const Role role : {Role::kAuthCa, Role::kSignCa})
        EXPECT_EQ(shown(default_image(), role, NID_basic_constraints), "CA:TRUE");
}

TEST(RealProfile, NameForAuthenticationIsOfCountryAnd23Characters) {
    const std::string name = subject(default_image(), Role::kAuthCert);
    EXPECT_EQ(name, "C=JP,CN=8439C51E0A771399901003A");
    EXPECT_EQ(name.size() - name.find("CN=") - 3, 23U);
    EXPECT_TRUE(name.ends_with("99901003A")) << "the code of the municipality";
    const Certificate certificate = parse_certificate(default_image().certificate(Role::kAuthCert));
    const X509_NAME* parts = X509_get_subject_name(certificate.get());
    EXPECT_EQ(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(parts, 1))->type, V_ASN1_UTF8STRING);
}

TEST(RealProfile, NameForSignaturesHasPrefectureAndCity) {
    EXPECT_EQ(subject(default_image(), Role::kSignCert),
              "C=JP,L=Shiken-ken,L=Minamishiken-shi,CN=20240122101530128JPKITEST99901");
}

TEST(RealProfile, PersonStandsInTheOrderOfRealCertificates) {
    EXPECT_EQ(person(default_image()),
              ".1=試験　太郎 .4=319850305 .3=1 .5=試験県南試験市東見本町１２番１３号見本団地２棟４０１号 "
              ".2=00000 .6=000000000000000000000000000 ");
    EXPECT_EQ(person(plain_image()),
              ".1=試験　太郎 .2=00000 .3=1 .4=319850305 "
              ".5=試験県南試験市東見本町１２番１３号見本団地２棟４０１号 .6=000000000000000000000000000 ");
}

TEST(RealProfile, AuthenticationCertificateTellsTheCityAndNothingElseOfThePerson) {
    const Bytes& der = default_image().certificate(Role::kAuthCert);
    const auto told = [&](std::string_view value) {
        const Bytes bytes = to_bytes(value);
        return std::search(der.begin(), der.end(), bytes.begin(), bytes.end()) != der.end();
    };
    for (const std::string_view value : {"太郎", "319850305", "東見本町"})
        EXPECT_FALSE(told(value)) << value;
    EXPECT_TRUE(told("Minamishiken"));
}

TEST(RealProfile, BeginsWithTheSecondOfIssueAndEndsAtMidnightInJapan) {
    for (const Role role : {Role::kAuthCert, Role::kSignCert}) {
        EXPECT_EQ(begins(default_image(), role), "UTCTime 240122011530Z");
        EXPECT_EQ(begins(other_image(), role), "UTCTime 240122003012Z");
        EXPECT_EQ(ends(default_image(), role), "UTCTime 330305145959Z");
    }
}

TEST(RealProfile, AuthoritiesOfOneCardAreOfDifferentGenerations) {
    EXPECT_EQ(begins(default_image(), Role::kAuthCa), "UTCTime 230323000107Z");
    EXPECT_EQ(begins(default_image(), Role::kSignCa), "UTCTime 231206000219Z");
    EXPECT_EQ(ends(default_image(), Role::kAuthCa), "UTCTime 330322145959Z");
    EXPECT_EQ(ends(default_image(), Role::kSignCa), "UTCTime 331205145959Z");
}

// Real ones: 1571 to 1586, about 1742, 1319 and 1304 bytes. O=JPKI-TEST is five bytes longer than O=JPKI,
// and stands three times in each. A character more of an address takes four bytes.
TEST(RealProfile, SizesAreThoseOfRealCertificates) {
    const Image further = make_image({.person = 7, .issuer = &default_image()});
    for (const Image* image : {&default_image(), &other_image(), &further}) {
        EXPECT_GE(image->certificate(Role::kAuthCert).size(), 1571U);
        EXPECT_LE(image->certificate(Role::kAuthCert).size(), 1586U);
        EXPECT_GE(image->certificate(Role::kSignCert).size(), 1742U + 15 - 16);
        EXPECT_LE(image->certificate(Role::kSignCert).size(), 1742U + 15 + std::size_t{4} * 14);
        EXPECT_EQ(image->certificate(Role::kAuthCa).size(), 1319U + 15);
        EXPECT_EQ(image->certificate(Role::kSignCa).size(), 1304U + 15);
    }
}

TEST(RealProfile, PhonesCarryItWithTheirOwnPolicies) {
    for (const Image* image : {&android_image(), &iphone_image()}) {
        for (const Role role : {Role::kAuthCert, Role::kSignCert})
            EXPECT_EQ(extensions(*image, role), extensions(default_image(), role));
        EXPECT_TRUE(shown(*image, Role::kAuthCert, NID_certificate_policies)
                        .starts_with("Policy: 1.2.392.200149.8.5.1.3.50 "));
        EXPECT_TRUE(shown(*image, Role::kSignCert, NID_certificate_policies)
                        .starts_with("Policy: 1.2.392.200149.8.5.1.1.40 "));
    }
}

TEST(PlainProfile, HasNeitherPurposeNorResponderNorCriticalPolicyForAuthentication) {
    EXPECT_EQ(extensions(plain_image(), Role::kAuthCert),
              "keyUsage! certificatePolicies issuerAltName crlDistributionPoints authorityKeyIdentifier "
              "subjectKeyIdentifier");
    EXPECT_EQ(extensions(plain_image(), Role::kSignCert),
              "keyUsage! certificatePolicies! subjectAltName issuerAltName crlDistributionPoints "
              "authorityKeyIdentifier subjectKeyIdentifier");
}

TEST(PlainProfile, TellsNoPlaceButInTheNameForSignatures) {
    EXPECT_EQ(subject(plain_image(), Role::kAuthCert), "C=JP,O=JPKI-TEST,CN=8439C51E0A771399901003A");
    EXPECT_EQ(subject(plain_image(), Role::kSignCert),
              "C=JP,O=JPKI-TEST,L=Minamishiken-shi,CN=20240122101530128JPKITEST99901");
    for (const Role role : {Role::kAuthCert, Role::kSignCert})
        EXPECT_EQ(distribution_point(plain_image(), role).find("Shiken"), std::string::npos);
}

TEST(PlainProfile, HasTheSizesThatWereBelievedBeforeRealOnesWereSeen) {
    EXPECT_EQ(plain_image().certificate(Role::kAuthCert).size(), 1623U);
    EXPECT_EQ(plain_image().certificate(Role::kSignCert).size(), 1909U);
    const Image whole = make_image({.profile = Profile::kPlain});
    EXPECT_EQ(whole.certificate(Role::kAuthCa).size(), 1738U);
    EXPECT_EQ(whole.certificate(Role::kSignCa).size(), 1711U);
    EXPECT_EQ(alternative(whole, Role::kAuthCa, NID_subject_alt_name),
              "C=JP,O=JPKI-TEST,OU=公的個人認証サービス,OU=利用者証明用");
    EXPECT_TRUE(chain_verifies(whole.certificate(Role::kAuthCert), whole.certificate(Role::kAuthCa),
                               X509_PURPOSE_SMIME_SIGN, "260101000000Z"));
}

}  // namespace
}  // namespace jpki::vcard::test
