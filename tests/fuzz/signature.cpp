#include "signature.hpp"

#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace jpki::fuzz {

namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

// CKM_RSA_PKCS: the data is the block's content.
bool is_padded(EVP_PKEY* key, ByteView data, ByteView signature) {
    const KeyContext context(EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
    Bytes content(1024);
    std::size_t size = content.size();
    return EVP_PKEY_verify_recover_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_verify_recover(context.get(), content.data(), &size, signature.data(),
                                   signature.size()) == 1 &&
           equal(ByteView(content).first(size), data);
}

// CKM_RSA_PKCS_PSS: the data is the hash value.
bool is_pss_of_hash(EVP_PKEY* key, ByteView data, ByteView signature) {
    const KeyContext context(EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
    return EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_verify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

const EVP_MD* hash_of(CK_MECHANISM_TYPE mechanism) {
    switch (mechanism) {
        case CKM_SHA1_RSA_PKCS: return EVP_sha1();
        case CKM_SHA224_RSA_PKCS: return EVP_sha224();
        case CKM_SHA384_RSA_PKCS: return EVP_sha384();
        case CKM_SHA512_RSA_PKCS: return EVP_sha512();
        default: return EVP_sha256();
    }
}

}  // namespace

Key key_of_certificate(ByteView der) {
    const std::uint8_t* at = der.data();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())), &X509_free);
    return {certificate ? X509_get_pubkey(certificate.get()) : nullptr, &EVP_PKEY_free};
}

Key key_of_public_key_info(ByteView der) {
    const std::uint8_t* at = der.data();
    return {d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), &EVP_PKEY_free};
}

bool verifies(EVP_PKEY* key, CK_MECHANISM_TYPE mechanism, ByteView data, ByteView signature) {
    if (mechanism == CKM_RSA_PKCS) return is_padded(key, data, signature);
    if (mechanism == CKM_RSA_PKCS_PSS) return is_pss_of_hash(key, data, signature);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;
    if (EVP_DigestVerifyInit(context.get(), &options, hash_of(mechanism), nullptr, key) != 1) return false;
    if (mechanism == CKM_SHA256_RSA_PKCS_PSS &&
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1)
        return false;
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1;
}

}  // namespace jpki::fuzz
