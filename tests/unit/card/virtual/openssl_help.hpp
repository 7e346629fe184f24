// OpenSSL as an independent reader of what the card gives: certificates and signatures. For the tests here
// only.
#pragma once

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "waist/bytes.hpp"

namespace jpki::vcard::test {

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Certificate = std::unique_ptr<X509, Free>;

inline Certificate parse_certificate(const Bytes& der) {
    const unsigned char* at = der.data();
    Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    // A certificate and not a certificate with something after it.
    if (certificate && at != der.data() + der.size()) certificate.reset();
    return certificate;
}

// What the signature's padding holds: the block under RSA_PKCS1_PADDING.
inline Bytes recover(const Bytes& certificate, const Bytes& signature) {
    const Certificate parsed = parse_certificate(certificate);
    const std::unique_ptr<EVP_PKEY_CTX, Free> context(
        EVP_PKEY_CTX_new(X509_get0_pubkey(parsed.get()), nullptr));
    EVP_PKEY_verify_recover_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    Bytes out(256);
    std::size_t length = out.size();
    if (EVP_PKEY_verify_recover(context.get(), out.data(), &length, signature.data(), signature.size()) != 1)
        return {};
    out.resize(length);
    return out;
}

// Over a finished SHA-256 hash; `salt` only for PSS.
inline bool verifies(const Bytes& certificate, const Bytes& signature, const Bytes& hash, int padding,
                     int salt = 32) {
    const Certificate parsed = parse_certificate(certificate);
    const std::unique_ptr<EVP_PKEY_CTX, Free> context(
        EVP_PKEY_CTX_new(X509_get0_pubkey(parsed.get()), nullptr));
    EVP_PKEY_verify_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), padding);
    EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256());
    if (padding == RSA_PKCS1_PSS_PADDING) EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt);
    return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), hash.size()) == 1;
}

}  // namespace jpki::vcard::test
