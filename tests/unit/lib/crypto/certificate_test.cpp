#include <gtest/gtest.h>

#include "certificates.hpp"
#include "crypto/x509.hpp"

namespace jpki::p11::crypto {
namespace {

using testing::all_certificates;
using testing::CertificateOptions;
using testing::common_key;
using testing::make_certificate;
using testing::spki_of;
using testing::to_der;

std::shared_ptr<const CertFacts> parsed(const Bytes& der) {
    const auto facts = parse_certificate(der);
    EXPECT_TRUE(facts) << (facts ? "" : facts.error().what);
    return facts ? *facts : nullptr;
}

TEST(Certificate, SaysWhatOpensslSays) {
    for (const Bytes& der : all_certificates()) {
        const auto facts = parsed(der);
        ASSERT_NE(facts, nullptr);
        const unsigned char* at = der.data();
        X509* expected = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
        ASSERT_NE(expected, nullptr);
        EXPECT_EQ(facts->der, der);
        EXPECT_EQ(facts->subject, to_der<const X509_NAME>(X509_get_subject_name(expected), i2d_X509_NAME));
        EXPECT_EQ(facts->issuer, to_der<const X509_NAME>(X509_get_issuer_name(expected), i2d_X509_NAME));
        EXPECT_EQ(facts->serial,
                  to_der<const ASN1_INTEGER>(X509_get0_serialNumber(expected), i2d_ASN1_INTEGER));
        EXPECT_EQ(facts->serial.front(), 0x02);
        EXPECT_EQ(facts->key->spki(), spki_of(X509_get0_pubkey(expected)));
        EXPECT_EQ(facts->check_value, to_bytes(slice(*digest(Hash::sha1, der), 0, 3)));
        std::tm start{};
        ASN1_TIME_to_tm(X509_get0_notBefore(expected), &start);
        EXPECT_EQ(facts->not_before, ::timegm(&start));
        X509_free(expected);
    }
}

TEST(Certificate, TellsItsDaysInUtc) {
    CertificateOptions options;
    options.not_before = "20240122235959Z";
    options.not_after = "20300217000000Z";
    const auto facts = parsed(make_certificate(common_key(), options));
    EXPECT_EQ(facts->start, "20240122");
    EXPECT_EQ(facts->end, "20300217");
    EXPECT_EQ(facts->not_before, 1705967999);
    EXPECT_EQ(facts->not_after, 1897516800);
}

TEST(Certificate, KnowsBothFormsOfTime) {
    CertificateOptions options;
    options.not_before = "19500101000000Z";  // UTCTime's first year
    options.not_after = "99991231235959Z";   // GeneralizedTime, "no end" (RFC 5280 §4.1.2.5)
    const auto facts = parsed(make_certificate(common_key(), options));
    EXPECT_EQ(facts->start, "19500101");
    EXPECT_EQ(facts->end, "99991231");
    EXPECT_LT(facts->not_before, 0);
    EXPECT_EQ(facts->not_after, 253402300799);
}

TEST(Certificate, KeepsTheSerialNumberAsAnInteger) {
    CertificateOptions options;
    options.serial = {0x80, 0x01};
    EXPECT_EQ(to_hex(parsed(make_certificate(common_key(), options))->serial), "0203008001");
    options.serial = {0x01};
    EXPECT_EQ(to_hex(parsed(make_certificate(common_key(), options))->serial), "020101");
}

TEST(Certificate, IsExactlyOne) {
    const Bytes der = make_certificate(common_key());
    Bytes with_filler = der;
    with_filler.push_back(0xFF);
    EXPECT_TRUE(failed_with(parse_certificate(with_filler), Errc::malformed_answer));
    EXPECT_TRUE(failed_with(parse_certificate({}), Errc::malformed_answer));
    for (std::size_t length = 0; length < der.size(); length += 7)
        ASSERT_TRUE(failed_with(parse_certificate(slice(der, 0, length)), Errc::malformed_answer)) << length;
}

TEST(Certificate, WithAKeyThatIsNoRsaKeyIsRefused) {
    const Bytes der = make_certificate(testing::make_ec_key().get());
    ASSERT_FALSE(der.empty());
    EXPECT_TRUE(failed_with(parse_certificate(der), Errc::malformed_answer));
}

TEST(Certificate, BentAnywhereItIsRefusedOrStillWhole) {
    const Bytes der = make_certificate(common_key());
    for (std::size_t at = 0; at < der.size(); ++at) {
        for (const std::uint8_t bits : Bytes{0x01, 0x20, 0x80, 0xFF}) {
            Bytes bent = der;
            bent[at] ^= bits;
            const auto facts = parse_certificate(bent);
            if (!facts) continue;
            ASSERT_EQ((*facts)->der, bent);
            ASSERT_EQ((*facts)->start.size(), 8U);
            ASSERT_EQ((*facts)->end.size(), 8U);
            ASSERT_NE((*facts)->key, nullptr);
        }
    }
}

}  // namespace
}  // namespace jpki::p11::crypto
