#include <gtest/gtest.h>

#include "document/cms_check.hpp"
#include "document/cms_signature.hpp"
#include "test_signer.hpp"

namespace jpki::app {
namespace {

const Bytes kDocument{'a', ' ', 'd', 'o', 'c', 'u', 'm', 'e', 'n', 't'};

ContentDigest digest_of(const Bytes& content) {
    return [content](const EVP_MD* hash) { return digest(hash, {content}); };
}

Bytes made(const Signer& signer) {
    return make_cms(signer, {digest(EVP_sha256(), {kDocument}), now(), nullptr});
}

std::string fault_of(const Bytes& cms, const ContentDigest& content) {
    const auto contents = check_cms(cms, content);
    if (!contents || contents->verdicts.size() != 1) return "none";
    const Verdict& verdict = contents->verdicts.front();
    return verdict.right() ? "" : verdict.faults.front().code;
}

TEST(SetOf, IsAscendingWithTheShortestLength) {
    EXPECT_EQ(set_of({{3, 1, 2}, {2, 1, 9}, {2, 1, 4}}), (Bytes{0x31, 9, 2, 1, 4, 2, 1, 9, 3, 1, 2}));
    EXPECT_EQ(set_of({}), (Bytes{0x31, 0}));
}

TEST(SetOf, LengthsFrom128OnHaveTheirOwnLength) {
    const Bytes set = set_of({Bytes(0x7F)});
    EXPECT_EQ(Bytes(set.begin(), set.begin() + 2), (Bytes{0x31, 0x7F}));
    const Bytes longer = set_of({Bytes(0x80)});
    EXPECT_EQ(Bytes(longer.begin(), longer.begin() + 3), (Bytes{0x31, 0x81, 0x80}));
    const Bytes longest = set_of({Bytes(0x12345)});
    EXPECT_EQ(Bytes(longest.begin(), longest.begin() + 5), (Bytes{0x31, 0x83, 0x01, 0x23, 0x45}));
}

TEST(Cms, IsRightOverItsContentOnly) {
    const Bytes cms = made(test::world().signer());
    EXPECT_EQ(fault_of(cms, digest_of(kDocument)), "");
    EXPECT_EQ(fault_of(cms, digest_of({'a'})), "changed");
    EXPECT_LE(cms.size(), cms_size_bound(test::world().signer()));
}

TEST(Cms, TellsSignerAndTime) {
    const auto contents = check_cms(made(test::world().signer()), digest_of(kDocument));
    ASSERT_TRUE(contents);
    const Verdict& verdict = contents->verdicts.at(0);
    EXPECT_EQ(verdict.signer->sha256, test::world().certificate.sha256);
    EXPECT_LE(*verdict.claimed_time, now());
    EXPECT_GE(*verdict.claimed_time, now() - std::chrono::minutes(1));
}

TEST(Cms, AttachedContentIsHeldAgainstTheDocumentWhenThereIsOne) {
    const Bytes cms =
        make_cms(test::world().signer(), {digest(EVP_sha256(), {kDocument}), std::nullopt, &kDocument});
    EXPECT_EQ(fault_of(cms, nullptr), "");
    EXPECT_EQ(fault_of(cms, digest_of(kDocument)), "");
    EXPECT_EQ(fault_of(cms, digest_of({'b'})), "changed");
    EXPECT_EQ(cms_content(cms), kDocument);
    EXPECT_FALSE(cms_content(made(test::world().signer())));
}

TEST(Cms, ASignatureOfAnotherKeyIsWrong) {
    Signer signer = test::world().signer();
    signer.sign = [](const Bytes& data) { return test::sign_with(test::world().authority_key.get(), data); };
    EXPECT_EQ(fault_of(made(signer), digest_of(kDocument)), "signature");
}

// The same key, issuer and number, and yet another certificate: only signing-certificate-v2 tells them apart.
TEST(Cms, AnotherCertificateInItsPlaceIsFound) {
    const test::World& world = test::world();
    const Certificate other =
        test::issue({"Jiro", 2}, world.key.get(), world.authority_key.get(), "JPKI test CA");
    Bytes cms = made(world.signer());
    const auto at =
        std::search(cms.begin(), cms.end(), world.certificate.der.begin(), world.certificate.der.end());
    ASSERT_NE(at, cms.end());
    ASSERT_EQ(other.der.size(), world.certificate.der.size());
    std::ranges::copy(other.der, at);
    EXPECT_EQ(fault_of(cms, digest_of(kDocument)), "other_certificate");
}

TEST(Cms, WithoutItsEndOrWithMoreItIsNone) {
    const Bytes cms = made(test::world().signer());
    for (std::size_t length = 0; length < cms.size(); ++length)
        EXPECT_FALSE(check_cms(Bytes(cms.begin(), cms.begin() + static_cast<std::ptrdiff_t>(length)),
                               digest_of(kDocument)))
            << length;
    Bytes longer = cms;
    longer.push_back(0);
    EXPECT_FALSE(check_cms(longer, digest_of(kDocument)));
    EXPECT_TRUE(check_cms(longer, digest_of(kDocument), Rest::zeros));
    longer.push_back(1);
    EXPECT_FALSE(check_cms(longer, digest_of(kDocument), Rest::zeros));
}

// What is not signed, as the authority's certificate, may change; who signed what may not.
TEST(Cms, NoSingleByteMakesAnotherRightSignature) {
    const Bytes cms = made(test::world().signer());
    for (std::size_t i = 0; i < cms.size(); ++i) {
        Bytes changed = cms;
        changed[i] ^= 0x01U;
        const auto contents = check_cms(changed, digest_of(kDocument));
        for (const Verdict& verdict : contents ? contents->verdicts : std::vector<Verdict>())
            if (verdict.right()) {
                EXPECT_EQ(verdict.signer->sha256, test::world().certificate.sha256) << i;
            }
        EXPECT_NE(fault_of(changed, digest_of({'b'})), "") << i;
    }
}

TEST(Cms, OtherThingsAreNone) {
    for (const Bytes& file : {Bytes{}, Bytes{0x30, 0x00}, Bytes{0x30, 0x80, 0, 0}, kDocument,
                              test::world().certificate.der, Bytes(100, 0x30)})
        EXPECT_FALSE(check_cms(file, digest_of(kDocument)));
}

// --- whom to believe

Verdict judged(const Certificate& signer, const Trust& trust, std::optional<Time> claimed = std::nullopt) {
    Verdict verdict;
    verdict.signer = signer;
    verdict.claimed_time = claimed;
    check_chain(verdict, trust, now());
    return verdict;
}

std::string first_fault(const Verdict& verdict) { return verdict.right() ? "" : verdict.faults.front().code; }

TEST(Chain, OfAuthoritiesOfOneNameTheKeyDecides) {
    const test::World& world = test::world();
    const test::KeyPtr other_key = test::make_key();
    const Certificate other =
        test::issue({"JPKI test CA", 9, -7200, 7200, true}, other_key.get(), other_key.get(), "JPKI test CA");
    const Verdict verdict = judged(world.certificate, {{other, world.authority}, false});
    EXPECT_EQ(first_fault(verdict), "");
    EXPECT_EQ(verdict.issuer->sha256, world.authority.sha256);
    EXPECT_EQ(first_fault(judged(world.certificate, {{other}, false})), "issuer");
}

// Whose name it is decides about a word of explanation, and about nothing else.
TEST(Chain, TheTestAuthorityIsNamedAndNotBelieved) {
    const test::World& world = test::world();
    struct Case {
        std::string organisation;
        std::string issuer;
        bool built_in;
        Text why;
    };
    for (const Case& one :
         {Case{"JPKI-TEST", "x", true, Text::why_issuer_test},
          Case{"JPKI-TEST", "x", false, Text::why_issuer_given}, Case{"JPKI", "x", true, Text::why_issuer},
          Case{"", "x,O=JPKI-TEST", true, Text::why_issuer},
          Case{"JPKI-TEST,O=JPKI", "x", true, Text::why_issuer},
          Case{"JPKI", "JPKI-TEST", true, Text::why_issuer}}) {
        const Certificate signer = test::issue({.name = "Hanako", .organisation = one.organisation},
                                               world.key.get(), world.key.get(), one.issuer);
        const Verdict verdict = judged(signer, {{world.authority}, one.built_in});
        ASSERT_EQ(first_fault(verdict), "issuer") << one.organisation;
        EXPECT_EQ(verdict.faults.front().words, text(one.why)) << one.organisation << ", " << one.issuer;
        EXPECT_FALSE(verdict.issuer);
    }
}

TEST(Chain, TheClaimedTimeHasToBeWithinTheCertificates) {
    const test::World& world = test::world();
    const Certificate ended =
        test::issue({"Taro", 3, -7000, -10}, world.key.get(), world.authority_key.get(), "JPKI test CA");
    const Trust trust{{world.authority}, false};
    EXPECT_EQ(first_fault(judged(ended, trust)), "validity");
    EXPECT_EQ(first_fault(judged(ended, trust, now() - std::chrono::seconds(60))), "");
    EXPECT_EQ(first_fault(judged(ended, trust, now() - std::chrono::seconds(7100))), "validity");
    EXPECT_EQ(first_fault(judged(ended, trust, now() + std::chrono::hours(48))), "future");
}

TEST(Chain, ACertificateThatCouldBeForgedIsNone) {
    const test::World& world = test::world();
    const Trust trust{{world.authority}, false};
    test::Issued options{.name = "Taro", .serial = 4};
    for (const EVP_MD* hash : {EVP_md5(), EVP_sha1()}) {
        options.hash = hash;
        const Certificate weak =
            test::issue(options, world.key.get(), world.authority_key.get(), "JPKI test CA");
        EXPECT_EQ(first_fault(judged(weak, trust)), "weak_certificate") << EVP_MD_get0_name(hash);
    }
    options.hash = EVP_sha256();
    const test::KeyPtr small(EVP_RSA_gen(1024));
    const Certificate weak = test::issue(options, small.get(), world.authority_key.get(), "JPKI test CA");
    EXPECT_EQ(first_fault(judged(weak, trust)), "weak_certificate");
}

TEST(Chain, ACertificateOfAnotherPurposeIsNoneForSigning) {
    const test::World& world = test::world();
    const Trust trust{{world.authority}, false};
    const auto fault = [&](const char* purposes) {
        const test::Issued options{.name = "Taro", .serial = 5, .purposes = purposes};
        return first_fault(
            judged(test::issue(options, world.key.get(), world.authority_key.get(), "JPKI test CA"), trust));
    };
    for (const char* others :
         {"serverAuth", "codeSigning", "timeStamping", "OCSPSigning", "serverAuth,codeSigning"})
        EXPECT_EQ(fault(others), "usage") << others;
    for (const char* fit : {"clientAuth", "emailProtection", "serverAuth,clientAuth", "1.3.6.1.5.5.7.3.36",
                            "1.3.6.1.4.1.311.10.3.12,1.2.840.113583.1.1.5"})
        EXPECT_EQ(fault(fit), "") << fit;
}

TEST(Chain, AnAuthorityIsNoSigner) {
    const test::World& world = test::world();
    EXPECT_EQ(first_fault(judged(world.authority, {{world.authority}, false})), "usage");
}

}  // namespace
}  // namespace jpki::app
