// Authorities and signers whose keys are in memory, for tests of what is signed.
#pragma once

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>

#include "document/signer.hpp"

namespace jpki::app::test {

using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;

inline KeyPtr make_key() { return KeyPtr(EVP_RSA_gen(2048)); }

struct Issued {
    std::string name = "JPKI test";
    int serial = 1;
    long begins = -3600;  // seconds from now
    long ends = 3600;
    bool authority = false;
    const char* purposes = nullptr;  // of extended key usage, as openssl.cnf has them
    const EVP_MD* hash = EVP_sha256();
    std::string organisation{};  // in its issuer's name
};

inline Certificate issue(const Issued& options, EVP_PKEY* key, EVP_PKEY* issuer_key,
                         const std::string& issuer) {
    const X509Ptr x509(X509_new());
    const auto name = [](X509_NAME* of, const std::string& text, const char* field = "CN") {
        X509_NAME_add_entry_by_txt(of, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
    };
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), options.serial);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), options.begins);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), options.ends);
    name(X509_get_subject_name(x509.get()), options.name);
    if (!options.organisation.empty()) name(X509_get_issuer_name(x509.get()), options.organisation, "O");
    name(X509_get_issuer_name(x509.get()), issuer);
    X509_set_pubkey(x509.get(), key);
    if (options.authority) {
        const Owned<X509_EXTENSION, X509_EXTENSION_free> basic(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
        X509_add_ext(x509.get(), basic.get(), -1);
    }
    if (options.purposes != nullptr) {
        const Owned<X509_EXTENSION, X509_EXTENSION_free> uses(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, options.purposes));
        X509_add_ext(x509.get(), uses.get(), -1);
    }
    X509_sign(x509.get(), issuer_key, options.hash);
    Bytes der(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
    unsigned char* at = der.data();
    i2d_X509(x509.get(), &at);
    return *parse_certificate(der);
}

inline Bytes sign_with(EVP_PKEY* key, const Bytes& data) {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::size_t length = 0;
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
    EVP_DigestSign(context.get(), nullptr, &length, data.data(), data.size());
    Bytes signature(length);
    EVP_DigestSign(context.get(), signature.data(), &length, data.data(), data.size());
    return signature;
}

// An authority with one signer. Making keys takes its time: one of each for all tests.
struct World {
    KeyPtr authority_key = make_key();
    KeyPtr key = make_key();
    Certificate authority = issue({"JPKI test CA", 1, -7200, 7200, true}, authority_key.get(),
                                  authority_key.get(), "JPKI test CA");
    Certificate certificate = issue({"Taro", 2}, key.get(), authority_key.get(), "JPKI test CA");

    [[nodiscard]] Signer signer() const {
        return {certificate, authority, [this](const Bytes& data) { return sign_with(key.get(), data); }};
    }
};

inline const World& world() {
    static const World kWorld;
    return kWorld;
}

}  // namespace jpki::app::test
