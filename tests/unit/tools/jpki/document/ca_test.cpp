#include "document/ca.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "document/input.hpp"

namespace jpki::app {
namespace {

Certificate authority(const std::string& name) {
    auto parsed = parse_certificate(read_file(std::string(JPKI_CA_DIR) + "/" + name));
    if (!parsed) throw std::runtime_error(name);
    return std::move(*parsed);
}

TEST(Authorities, TheCertificatesHaveThePublishedFingerprintsAndKeys) {
    ASSERT_EQ(authority_certificates().size(), 6U);
    for (const Certificate& one : authority_certificates()) {
        const Authority* row = authority_by_fingerprint(one.sha256);
        ASSERT_NE(row, nullptr) << one.sha256;
        EXPECT_EQ(row->sha1, one.sha1);
        EXPECT_EQ(row->key, one.subject_key);
        EXPECT_EQ(row->not_before, date_in_japan(one.not_before));
        EXPECT_EQ(row->not_after, date_in_japan(one.not_after));
        EXPECT_TRUE(one.is_authority);
    }
}

TEST(Authorities, EachWithAKeyHasItsCertificate) {
    for (const Authority& row : authorities()) {
        const auto has_key = [&row](const Certificate& one) { return one.subject_key == row.key; };
        EXPECT_EQ(std::ranges::count_if(authority_certificates(), has_key), row.key.empty() ? 0 : 1)
            << row.english;
    }
}

TEST(Authorities, OfThreeGenerationsAreToldApartByTheirSignatures) {
    for (const std::string side : {"auth", "sign"}) {
        std::vector<Certificate> generations;
        for (const char* year : {"2015", "2019", "2023"})
            generations.push_back(authority("jpki-" + side + "-" + year + ".pem"));
        for (const Certificate& one : generations) {
            EXPECT_EQ(one.subject, generations.front().subject);
            // Each has signed itself, and none of the others.
            EXPECT_EQ(issuer_of(one, authority_certificates())->sha256, one.sha256);
            std::vector<Certificate> others;
            for (const Certificate& other : authority_certificates())
                if (other.sha256 != one.sha256) others.push_back(other);
            EXPECT_EQ(issuer_of(one, others), nullptr);
        }
    }
}

}  // namespace
}  // namespace jpki::app
