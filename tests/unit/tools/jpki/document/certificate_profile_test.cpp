// What a certificate says beside its names and dates, in the shape of those on cards: for what it is, where
// it was issued, and who may ask for its status.
#include <gmock/gmock.h>
#include <openssl/conf.h>

#include "test_signer.hpp"

namespace jpki::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Conf = Owned<CONF, NCONF_free>;

// `extensions`: a section [v3] of openssl.cnf, with what it refers to.
Certificate certificate_of(const std::string& name, const std::string& extensions) {
    const test::KeyPtr key = test::make_key();
    const Owned<BIO, BIO_free_all> text(
        BIO_new_mem_buf(extensions.data(), static_cast<int>(extensions.size())));
    const Conf conf(NCONF_new(nullptr));
    EXPECT_EQ(NCONF_load_bio(conf.get(), text.get(), nullptr), 1);
    const X509Ptr x509(X509_new());
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 7);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_pubkey(x509.get(), key.get());
    X509V3_CTX context;
    X509V3_set_ctx(&context, x509.get(), x509.get(), nullptr, nullptr, 0);
    X509V3_set_nconf(&context, conf.get());
    char section[] = "v3";
    EXPECT_EQ(X509V3_EXT_add_nconf(conf.get(), &context, section, x509.get()), 1);
    X509_sign(x509.get(), key.get(), EVP_sha256());
    Bytes der(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
    unsigned char* at = der.data();
    i2d_X509(x509.get(), &at);
    return *parse_certificate(der);
}

constexpr const char* kAuthentication = R"([v3]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.3.30
authorityInfoAccess = OCSP;URI:http://ocsp.example
crlDistributionPoints = list
[list]
fullname = dirName:name
[name]
C = JP
O = JPKI-TEST
1.OU = JPKI for user authentication
2.OU = CRL Distribution Points
3.OU = Tokyo-to
CN = Chiyoda-ku CRLDP
)";

TEST(Profile, OfAnAuthenticationCertificateIsForLoggingInAndTellsThePlaceOfIssue) {
    const Certificate found = certificate_of("ABCDEFGHIJKLMN13101003A", kAuthentication);
    EXPECT_THAT(found.extended_key_usage, ElementsAre("clientAuth"));
    EXPECT_FALSE(found.is_for_documents());
    EXPECT_THAT(found.critical, ElementsAre("2.5.29.15", kCertificatePolicies));
    EXPECT_TRUE(found.is_critical(kCertificatePolicies));
    EXPECT_THAT(found.ocsp, ElementsAre("http://ocsp.example"));
    EXPECT_EQ(found.place.prefecture, "Tokyo-to");
    EXPECT_EQ(found.place.city, "Chiyoda-ku");
    EXPECT_EQ(found.place.municipality, "13101");
}

TEST(Profile, TakesNoOtherNameForAMunicipalitysCode) {
    EXPECT_EQ(certificate_of("ABCDEFGHIJKLMN1310100", kAuthentication).place.municipality, "");
    EXPECT_EQ(certificate_of("ABCDEFGHIJKLMN1310X003A", kAuthentication).place.municipality, "");
}

TEST(Profile, OfASignatureCertificateIsForDocumentsAndTellsNoPlace) {
    const Certificate found = certificate_of("ABCDEFGHIJKLMN13101003A", R"([v3]
keyUsage = critical, digitalSignature, nonRepudiation
certificatePolicies = 1.2.392.200149.8.5.1.1.20
crlDistributionPoints = URI:http://crl.example
)");
    EXPECT_THAT(found.extended_key_usage, IsEmpty());
    EXPECT_TRUE(found.is_for_documents());
    EXPECT_FALSE(found.is_critical(kCertificatePolicies));
    EXPECT_THAT(found.ocsp, IsEmpty());
    EXPECT_TRUE(found.place.empty());
}

TEST(Profile, IsForDocumentsWhenOneOfItsUsesIsThat) {
    for (const char* use : {"clientAuth, emailProtection", "anyExtendedKeyUsage", "1.3.6.1.5.5.7.3.36"})
        EXPECT_TRUE(
            certificate_of("Taro", std::string("[v3]\nextendedKeyUsage = ") + use + "\n").is_for_documents());
}

}  // namespace
}  // namespace jpki::app
