#include "document/ca.hpp"

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <fstream>

#include "document/input.hpp"
#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {
namespace {

Certificate authority(const std::string& name) {
    auto parsed = parse_certificate(read_file(std::string(JPKI_CA_DIR) + "/" + name));
    if (!parsed) throw std::runtime_error(name);
    return std::move(*parsed);
}

// What the program answers to `jpki ca verify --fingerprint TEXT`.
Exit verify(const std::string& typed) {
    CLI::App app;
    Context context;
    add_ca(app, context);
    try {
        app.parse(
            std::vector<std::string>{typed, "--fingerprint", "verify", "ca"});  // CLI11 reads it from its end
        return Exit::ok;
    } catch (const Failure& failure) {
        return failure.exit();
    }
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

TEST(Fingerprint, IsTakenInAnyFormThatPeopleMeet) {
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E77146"), Exit::ok);
    EXPECT_EQ(verify("952ccdc94df8f402e08ee56c309d518905e77146"), Exit::ok);
    EXPECT_EQ(verify("95:2C:CD:C9:4D:F8:F4:02:E0:8E:E5:6C:30:9D:51:89:05:E7:71:46"), Exit::ok);
    EXPECT_EQ(verify(" 952c cdc9 4df8 f402 e08e e56c 309d 5189 05e7 7146 "), Exit::ok);
    EXPECT_EQ(verify("19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355"), Exit::ok);
    EXPECT_EQ(verify("35C4C9EDD1BF6D480FDB00C6CEA03E3CC67A13BE"), Exit::ok) << "Miyagi prefecture";
    EXPECT_EQ(verify("A429536664452F3452B4EEDAAF3C4248C963C02D"), Exit::ok) << "the bridge";
}

TEST(Fingerprint, OneDigitOffIsNotVerified) {
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E77147"), Exit::not_verified);
    EXPECT_EQ(verify("09645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355"), Exit::not_verified);
}

TEST(Fingerprint, Md5IsRefusedAndWhatIsNoneIsAMistake) {
    EXPECT_EQ(verify("d41d8cd98f00b204e9800998ecf8427e"), Exit::not_verified);
    EXPECT_EQ(verify("952CCDC94DF8F402"), Exit::usage);
    EXPECT_EQ(verify("952CCDC94DF8F402E08EE56C309D518905E7714G"), Exit::usage);
}

}  // namespace
}  // namespace jpki::app
