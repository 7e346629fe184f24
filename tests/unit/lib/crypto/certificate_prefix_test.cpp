#include <gtest/gtest.h>

#include "certificates.hpp"
#include "crypto/x509.hpp"

namespace jpki::p11::crypto {
namespace {

using testing::all_certificates;
using testing::common_key;
using testing::make_certificate;

// Not one byte before the key is complete, and the same from there on.
TEST(CertificatePrefix, GivesTheKeyAsSoonAsItIsThereAndNotBefore) {
    for (const Bytes& der : all_certificates()) {
        const auto whole = parse_certificate(der);
        ASSERT_TRUE(whole);
        const auto& key = (*whole)->key;
        const auto at = std::ranges::search(der, key->spki()).end();
        const auto complete = static_cast<std::size_t>(at - der.begin());
        for (std::size_t length = 0; length <= der.size(); ++length) {
            SCOPED_TRACE(length);
            const auto facts = parse_certificate_prefix(slice(der, 0, length));
            ASSERT_TRUE(facts) << facts.error().what;
            ASSERT_EQ(facts->has_value(), length >= complete);
            if (!*facts) continue;
            ASSERT_EQ((**facts).subject, (*whole)->subject);
            ASSERT_EQ((**facts).key->spki(), key->spki());
            ASSERT_EQ((**facts).key->modulus(), key->modulus());
        }
    }
}

// The same of its validity, which stands before the key.
TEST(CertificatePrefix, GivesTheValidityAsSoonAsItIsThereAndNotBefore) {
    for (const Bytes& der : all_certificates()) {
        const auto whole = parse_certificate(der);
        ASSERT_TRUE(whole);
        std::size_t complete = 0;
        for (std::size_t length = 0; length <= der.size(); ++length) {
            SCOPED_TRACE(length);
            const auto validity = parse_validity_prefix(slice(der, 0, length));
            ASSERT_TRUE(validity) << validity.error().what;
            ASSERT_TRUE(complete == 0 || *validity) << "it was there before";
            if (!*validity) continue;
            if (complete == 0) complete = length;
            ASSERT_EQ((**validity).not_before, (*whole)->not_before);
            ASSERT_EQ((**validity).not_after, (*whole)->not_after);
        }
        // An authority's own certificate has its name twice: the issuer's first.
        const auto issuer = std::ranges::search(der, (*whole)->issuer).end();
        const auto subject =
            std::search(issuer, der.end(), (*whole)->subject.begin(), (*whole)->subject.end());
        EXPECT_EQ(complete, static_cast<std::size_t>(subject - der.begin())) << "right before the subject";
    }
}

TEST(CertificatePrefix, RefusesAValidityThatIsNone) {
    Bytes der = make_certificate(common_key());
    const auto whole = parse_certificate(der);
    ASSERT_TRUE(whole);
    const auto subject = std::ranges::search(der, (*whole)->subject).begin();
    *(subject - 1) = 'X';  // of the end's last character, Z
    EXPECT_TRUE(failed_with(parse_validity_prefix(der), Errc::malformed_answer));
}

TEST(CertificatePrefix, RefusesWhatIsNoCertificate) {
    for (const Bytes& hostile : {
             Bytes{0x31, 0x82, 0x05, 0x00, 0x30, 0x82, 0x04, 0x00},  // a set
             Bytes{0x30, 0x80, 0x30, 0x80, 0x00, 0x00},              // indefinite
             Bytes{0x30, 0x82, 0x05, 0x00, 0x31, 0x82, 0x04, 0x00, 0x00},
             Bytes{0x30, 0x82, 0x05, 0x00, 0x30, 0x84, 0x04, 0x00, 0x00, 0x00},
             Bytes{0x30, 0x82, 0x05, 0x00, 0x30, 0x82, 0x04, 0x00, 0x1F, 0x81, 0x01, 0x00, 0x00},
         })
        EXPECT_TRUE(failed_with(parse_certificate_prefix(hostile), Errc::malformed_answer) &&
                    failed_with(parse_validity_prefix(hostile), Errc::malformed_answer))
            << to_hex(hostile);
}

TEST(CertificatePrefix, RefusesAKeyThatIsOutOfRange) {
    const testing::Key small = testing::make_key(512);
    EXPECT_TRUE(failed_with(parse_certificate_prefix(make_certificate(small.get())), Errc::malformed_answer));
}

// Whoever asks for more will not get it: the caller ends that by the certificate's own size.
TEST(CertificatePrefix, HasNoKeyWhenItsSequenceEndsBefore) {
    const Bytes ends_early{0x30, 0x07, 0x30, 0x05, 0x02, 0x01, 0x01, 0x05, 0x00, 0x00, 0x00, 0x00};
    const auto facts = parse_certificate_prefix(ends_early);
    ASSERT_TRUE(facts);
    EXPECT_FALSE(facts->has_value());
}

TEST(CertificatePrefix, NeverReadsBehindItsEndNorClaimsAKeyThatIsNotThere) {
    const Bytes der = make_certificate(common_key());
    const std::size_t enough = der.size() - 256;
    for (std::size_t at = 0; at < enough; ++at) {
        for (const std::uint8_t bits : Bytes{0x01, 0x02, 0x20, 0x7F, 0x80, 0xFF}) {
            Bytes bent(der.begin(),
                       der.begin() + static_cast<std::ptrdiff_t>(enough));  // exact size for ASan
            bent[at] ^= bits;
            const auto facts = parse_certificate_prefix(bent);
            if (!facts || !*facts) continue;
            ASSERT_FALSE(std::ranges::search(bent, (**facts).key->spki()).empty());
            ASSERT_FALSE(std::ranges::search(bent, (**facts).subject).empty());
        }
    }
}

TEST(CertificatePrefix, OfRandomBytesIsNothing) {
    std::uint32_t state = 12345;
    for (int round = 0; round < 20000; ++round) {
        Bytes noise(64);
        for (std::uint8_t& byte : noise) {
            state = state * 1664525U + 1013904223U;
            byte = static_cast<std::uint8_t>(state >> 24U);
        }
        noise[0] = 0x30;
        noise[1] = 0x82;
        noise[4] = 0x30;
        noise[5] = 0x82;
        const auto facts = parse_certificate_prefix(noise);
        ASSERT_FALSE(facts && facts->has_value());
    }
}

}  // namespace
}  // namespace jpki::p11::crypto
