#include "ca.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "command.hpp"
#include "failure.hpp"
#include "text.hpp"

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
    ASSERT_EQ(authority_certificates().size(), 4U);
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

TEST(Authorities, OfOneNameAreToldApartByTheirKeys) {
    const Certificate older = authority("jpki-sign-2015.pem");
    const Certificate newer = authority("jpki-sign-2023.pem");
    ASSERT_EQ(older.subject, newer.subject);
    // Each has signed itself.
    EXPECT_EQ(issuer_of(older, authority_certificates())->sha256, older.sha256);
    EXPECT_EQ(issuer_of(newer, authority_certificates())->sha256, newer.sha256);
    EXPECT_EQ(issuer_of(newer, {older}), nullptr);
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
