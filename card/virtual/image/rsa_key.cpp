// See rsa_key.hpp.
#include "virtual/image/rsa_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace jpki::vcard {
namespace {

struct ContextDeleter {
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, ContextDeleter>;

void require(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(what);
}

// The two-call habit of OpenSSL's i2d functions.
template <typename Encode>
Bytes encode(Encode&& i2d) {
    const int length = i2d(nullptr);
    require(length > 0, "OpenSSL cannot encode the key");
    Bytes out(static_cast<std::size_t>(length));
    unsigned char* at = out.data();
    i2d(&at);
    return out;
}

Bytes digest(const EVP_MD* algorithm, ByteView data) {
    Bytes out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
    require(EVP_Digest(data.data(), data.size(), out.data(), nullptr, algorithm, nullptr) == 1,
            "OpenSSL cannot hash");
    return out;
}

Bytes with_prefix(ByteView prefix, ByteView hash) {
    Bytes out = to_bytes(prefix);
    append(out, hash);
    return out;
}

Bytes finish_signature(EVP_PKEY_CTX* context, ByteView input, std::size_t modulus_bytes) {
    Bytes signature(modulus_bytes);
    std::size_t length = signature.size();
    require(EVP_PKEY_sign(context, signature.data(), &length, input.data(), input.size()) == 1,
            "OpenSSL cannot sign");
    signature.resize(length);
    return signature;
}

}  // namespace

void KeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

RsaKey RsaKey::generate(std::size_t modulus_bytes) {
    EVP_PKEY* key = EVP_RSA_gen(static_cast<unsigned>(modulus_bytes) * 8U);
    require(key != nullptr, "OpenSSL cannot generate a key");
    return RsaKey(key);
}

std::optional<RsaKey> RsaKey::from_der(ByteView der) {
    const unsigned char* at = der.data();
    EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
    if (key == nullptr) return std::nullopt;
    RsaKey owner(key);
    const int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || (bits != 1024 && bits != 2048)) return std::nullopt;
    return owner;
}

std::size_t RsaKey::modulus_bytes() const { return static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())); }

Bytes RsaKey::to_der() const {
    return encode([this](unsigned char** at) { return i2d_PrivateKey(key_.get(), at); });
}

Bytes RsaKey::public_key_info() const {
    return encode([this](unsigned char** at) { return i2d_PUBKEY(key_.get(), at); });
}

Bytes RsaKey::modulus() const {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_RSA_N, &number) == 1, "OpenSSL has no modulus");
    Bytes out(modulus_bytes());
    const int written = BN_bn2binpad(number, out.data(), static_cast<int>(out.size()));
    BN_free(number);
    require(written == static_cast<int>(out.size()), "OpenSSL cannot write the modulus");
    return out;
}

Bytes RsaKey::public_key_bytes() const {
    return encode([this](unsigned char** at) { return i2d_PublicKey(key_.get(), at); });
}

Bytes RsaKey::sign_block(ByteView block) const {
    const Context context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    // Without a digest set, OpenSSL pads the input as it is: what the card does with P1=00.
    require(context && EVP_PKEY_sign_init(context.get()) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1,
            "OpenSSL cannot prepare a signature");
    return finish_signature(context.get(), block, modulus_bytes());
}

Bytes RsaKey::sign_pss(ByteView sha256_hash) const {
    const Context context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    require(context && EVP_PKEY_sign_init(context.get()) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), 32) == 1,
            "OpenSSL cannot prepare a signature");
    return finish_signature(context.get(), sha256_hash, modulus_bytes());
}

Bytes sha1(ByteView data) { return digest(EVP_sha1(), data); }
Bytes sha256(ByteView data) { return digest(EVP_sha256(), data); }

Bytes sha1_digest_info(ByteView hash) {
    static constexpr std::array<std::uint8_t, 15> kPrefix{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E,
                                                          0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14};
    return with_prefix(kPrefix, hash);
}

Bytes sha256_digest_info(ByteView hash) {
    static constexpr std::array<std::uint8_t, 19> kPrefix{0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
                                                          0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                          0x01, 0x05, 0x00, 0x04, 0x20};
    return with_prefix(kPrefix, hash);
}

Bytes random_bytes(std::size_t count) {
    Bytes out(count);
    require(RAND_bytes(out.data(), static_cast<int>(count)) == 1, "OpenSSL has no random bytes");
    return out;
}

}  // namespace jpki::vcard
