// RSA keys and certificates made on the spot, and signatures made by hand. For the tests of lib/ only: no
// real person's certificate is ever needed.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "waist/bytes.hpp"

namespace jpki::p11::testing {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

inline Key make_key(unsigned bits, unsigned long exponent = 65537) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    BIGNUM* e = BN_new();
    BN_set_word(e, exponent);
    EVP_PKEY_keygen_init(context);
    EVP_PKEY_CTX_set_rsa_keygen_bits(context, static_cast<int>(bits));
    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_generate(context, &key);
    BN_free(e);
    EVP_PKEY_CTX_free(context);
    return Key(key);
}

inline Key make_ec_key() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

// The key that most tests share; made once a process.
inline EVP_PKEY* common_key() {
    static const Key key = make_key(2048);
    return key.get();
}

template <class T, class F>
Bytes to_der(T* object, F i2d) {
    unsigned char* out = nullptr;
    const int length = i2d(object, &out);
    Bytes der(out, out + (length > 0 ? length : 0));
    OPENSSL_free(out);
    return der;
}

inline Bytes spki_of(EVP_PKEY* key) { return to_der(key, i2d_PUBKEY); }

inline Bytes number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    Bytes out(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, out.data());
    BN_clear_free(value);
    return out;
}
inline Bytes modulus_of(EVP_PKEY* key) { return number_of(key, OSSL_PKEY_PARAM_RSA_N); }

// SubjectPublicKeyInfo of any two numbers, sensible or not; empty when OpenSSL does not want them.
inline Bytes spki_of(const Bytes& modulus, const Bytes& exponent) {
    OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
    BIGNUM* n = BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr);
    BIGNUM* e = BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    const Key owned(key);
    return key == nullptr ? Bytes{} : spki_of(key);
}

// block^d mod n: the card's step, with whatever block the test wants.
inline Bytes raw_sign(EVP_PKEY* key, const Bytes& block) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
    Bytes out(block.size());
    std::size_t length = out.size();
    EVP_PKEY_decrypt_init(context);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING);
    if (EVP_PKEY_decrypt(context, out.data(), &length, block.data(), block.size()) != 1) out.clear();
    EVP_PKEY_CTX_free(context);
    return out;
}

// RFC 8017 §9.2, steps 4 and 5.
inline Bytes pkcs1_block(const Bytes& data, std::size_t size) {
    Bytes block(size, 0xFF);
    block[0] = 0x00;
    block[1] = 0x01;
    block[size - data.size() - 1] = 0x00;
    std::ranges::copy(data, block.end() - static_cast<std::ptrdiff_t>(data.size()));
    return block;
}

// RSASSA-PSS over a SHA-256 value.
inline Bytes pss_sign(EVP_PKEY* key, const Bytes& digest, int salt, const EVP_MD* mgf = EVP_sha256()) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
    EVP_PKEY_sign_init(context);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    EVP_PKEY_CTX_set_rsa_mgf1_md(context, mgf);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt);
    Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::size_t length = out.size();
    EVP_PKEY_sign(context, out.data(), &length, digest.data(), digest.size());
    EVP_PKEY_CTX_free(context);
    return out;
}

struct CertificateOptions {
    std::string name = "TEST-0001";
    std::string not_before = "20240122030405Z";
    std::string not_after = "20290214145959Z";
    Bytes serial = to_bytes(std::string_view("\x07\x05\xD9\x90"));
    long version = 2;         // X.509 v3
    int extra_extension = 0;  // bytes of a comment that makes the certificate longer
};

inline Bytes make_certificate(EVP_PKEY* key, const CertificateOptions& options = {}) {
    X509* made = X509_new();
    X509_set_version(made, options.version);
    BIGNUM* serial = BN_bin2bn(options.serial.data(), static_cast<int>(options.serial.size()), nullptr);
    BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(made));
    BN_free(serial);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(made), options.not_before.c_str());
    ASN1_TIME_set_string_X509(X509_getm_notAfter(made), options.not_after.c_str());
    const auto entry = [](X509_NAME* name, const char* field, const std::string& text) {
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
    };
    entry(X509_get_subject_name(made), "C", "JP");
    entry(X509_get_subject_name(made), "CN", options.name);
    entry(X509_get_issuer_name(made), "O", "JPKI-TEST");
    X509_set_pubkey(made, key);
    if (options.extra_extension > 0) {
        ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
        const Bytes filler(static_cast<std::size_t>(options.extra_extension), 'x');
        ASN1_OCTET_STRING_set(value, filler.data(), options.extra_extension);
        X509_EXTENSION* extension = X509_EXTENSION_create_by_NID(nullptr, NID_netscape_comment, 0, value);
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
        ASN1_OCTET_STRING_free(value);
    }
    X509_sign(made, key, EVP_sha256());
    const Bytes der = to_der(made, i2d_X509);
    X509_free(made);
    return der;
}

}  // namespace jpki::p11::testing
