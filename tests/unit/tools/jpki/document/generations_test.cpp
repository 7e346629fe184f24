// Three generations of one authority, all of one name, as the JPKI has them: made here, since nobody has the
// real ones' keys. Which of them issued a certificate is told by its signature and by the identifier of the
// authority's key.
#include <gtest/gtest.h>
#include <openssl/conf.h>

#include "document/ca.hpp"
#include "document/verdict.hpp"
#include "test_signer.hpp"

namespace jpki::app {
namespace {

using ExtensionPtr = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using ConfigurationPtr = Owned<CONF, NCONF_free>;

constexpr const char* kName[][2] = {{"C", "JP"},
                                    {"O", "JPKI"},
                                    {"OU", "JPKI for user authentication"},
                                    {"OU", "Japan Agency for Local Authority Information Systems"}};
constexpr long kYear = 365L * 24 * 3600;

void set_authority_name(X509_NAME* name) {
    for (const auto& [type, value] : kName)
        X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value),
                                   -1, -1, 0);
}

void add(X509* to, X509* issuer, int identifier, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    // Policies are looked up in a configuration, even if they are given in full.
    const ConfigurationPtr empty(NCONF_new(nullptr));
    X509V3_set_nconf(&context, empty.get());
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, identifier, value));
    ASSERT_TRUE(extension) << value;
    X509_add_ext(to, extension.get(), -1);
}

X509Ptr blank(long serial, long begins, long ends, EVP_PKEY* key) {
    X509Ptr made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), begins);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), ends);
    set_authority_name(X509_get_issuer_name(made.get()));
    X509_set_pubkey(made.get(), key);
    return made;
}

Certificate parsed(X509* x509) {
    Bytes der(static_cast<std::size_t>(i2d_X509(x509, nullptr)));
    unsigned char* at = der.data();
    i2d_X509(x509, &at);
    return *parse_certificate(der);
}

struct Generation {
    test::KeyPtr key;
    X509Ptr x509;
};

Generation generation(long serial, long begins, long ends) {
    Generation made{test::make_key(), nullptr};
    made.x509 = blank(serial, begins, ends, made.key.get());
    set_authority_name(X509_get_subject_name(made.x509.get()));
    add(made.x509.get(), made.x509.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add(made.x509.get(), made.x509.get(), NID_basic_constraints, "critical,CA:TRUE");
    add(made.x509.get(), made.x509.get(), NID_subject_key_identifier, "hash");
    X509_sign(made.x509.get(), made.key.get(), EVP_sha256());
    return made;
}

// As those of 2015, 2019 and 2023, ten years each; the first has ended.
const std::vector<Generation>& generations() {
    static const std::vector<Generation> kAll = [] {
        std::vector<Generation> all;
        all.push_back(generation(1, -11 * kYear, -kYear));
        all.push_back(generation(0x0133C349, -7 * kYear, 3 * kYear));
        all.push_back(generation(0x06D18006, -3 * kYear, 7 * kYear));
        return all;
    }();
    return kAll;
}

// A holder's certificate as real ones are. `named` is whose key, name and number it tells; `key` is who signs
// it.
Certificate holder(X509* named, EVP_PKEY* key, long begins, long ends) {
    const X509Ptr made = blank(77, begins, ends, test::world().key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("8439C51E0A771399901003A"), -1, -1, 0);
    add(made.get(), named, NID_key_usage, "critical,digitalSignature");
    add(made.get(), named, NID_ext_key_usage, "clientAuth");
    add(made.get(), named, NID_certificate_policies, "critical,1.2.392.200149.8.5.1.3.30");
    add(made.get(), named, NID_authority_key_identifier, "keyid:always,issuer:always");
    add(made.get(), named, NID_subject_key_identifier, "hash");
    X509_sign(made.get(), key, EVP_sha256());
    return parsed(made.get());
}

Certificate of_generation(std::size_t number, long begins, long ends) {
    const Generation& issuer = generations()[number];
    return holder(issuer.x509.get(), issuer.key.get(), begins, ends);
}

// With all three believed, in each order.
std::string fault(const Certificate& signer, std::optional<Time> claimed, const X509* expected_issuer) {
    std::string all;
    for (std::size_t first = 0; first < generations().size(); ++first) {
        Trust trust{{}, false};
        for (std::size_t i = 0; i < generations().size(); ++i)
            trust.authorities.push_back(parsed(generations()[(first + i) % generations().size()].x509.get()));
        Verdict verdict;
        verdict.signer = signer;
        verdict.claimed_time = claimed;
        check_chain(verdict, trust, now());
        if (!verdict.right()) all += verdict.faults.front().code + " ";
        if (verdict.issuer && X509_cmp(verdict.issuer->x509().get(), expected_issuer) != 0) all += "issuer? ";
    }
    return all;
}

TEST(Generations, OfOneNameEachIssuesItsOwn) {
    for (const std::size_t number : {1U, 2U}) {
        const Certificate signer = of_generation(number, -2 * kYear, 2 * kYear);
        EXPECT_EQ(fault(signer, std::nullopt, generations()[number].x509.get()), "") << number;
    }
}

TEST(Generations, ThatHaveEndedCountForWhatWasSignedBefore) {
    const Certificate signer = of_generation(0, -6 * kYear, -2 * kYear);
    const X509* issuer = generations()[0].x509.get();
    EXPECT_EQ(fault(signer, now() - std::chrono::seconds(4 * kYear), issuer), "");
    EXPECT_EQ(fault(signer, std::nullopt, issuer), "validity validity validity ");
}

TEST(Generations, ACertificateThatNamesOneAndIsSignedByAnotherIsRefused) {
    const Generation& older = generations()[1];
    const Generation& newer = generations()[2];
    const Certificate signer = holder(newer.x509.get(), older.key.get(), -2 * kYear, 2 * kYear);
    EXPECT_EQ(fault(signer, std::nullopt, older.x509.get()), "chain chain chain ");
}

TEST(Generations, AStrangersKeyWithAllTheNamesOfARealOneIsRefused) {
    const test::KeyPtr stranger = test::make_key();
    for (const Certificate& real : authority_certificates()) {
        const Certificate signer = holder(real.x509().get(), stranger.get(), -kYear, kYear);
        EXPECT_EQ(signer.authority_key, real.subject_key);
        Verdict verdict;
        verdict.signer = signer;
        check_chain(verdict, {authority_certificates(), true}, now());
        ASSERT_FALSE(verdict.right());
        EXPECT_EQ(verdict.faults.front().code, "issuer");
    }
}

}  // namespace
}  // namespace jpki::app
