#include "crypto/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace jpki::p11::crypto {

namespace {

constexpr std::size_t kMinimumBits = 1024;  // the Juki card's
constexpr std::size_t kMaximumBits = 4096;
constexpr std::size_t kPkcs1Overhead = 11;  // RFC 8017 §9.2: 00 01, at least eight FF, 00

Bytes number(EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const Owned<BIGNUM, BN_free> value(raw);
    Bytes out(static_cast<std::size_t>(BN_num_bytes(value.get())));
    (void)BN_bn2bin(value.get(), out.data());
    return out;
}

}  // namespace

Owned<EVP_PKEY, EVP_PKEY_free> PublicKey::make() const {
    if (library_context() == nullptr) return nullptr;
    const std::uint8_t* at = spki_.data();
    Owned<EVP_PKEY, EVP_PKEY_free> key(
        d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(spki_.size()), library_context(), nullptr));
    if (key && (at != spki_.data() + spki_.size() || EVP_PKEY_is_a(key.get(), "RSA") != 1)) key.reset();
    return key;
}

Result<std::shared_ptr<const PublicKey>> PublicKey::from_spki(ByteView spki) {
    const QuietErrors quiet;
    std::shared_ptr<PublicKey> made(new PublicKey());
    made->spki_ = to_bytes(spki);
    const auto key = made->make();
    if (!key) return fail(reason_or(Errc::malformed_answer), "the certificate's key is not an RSA key");
    made->modulus_ = number(key.get(), OSSL_PKEY_PARAM_RSA_N);
    made->exponent_ = number(key.get(), OSSL_PKEY_PARAM_RSA_E);
    made->bits_ = static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(key.get())));
    if (made->modulus_.empty() || made->exponent_.empty())
        return fail(reason_or(Errc::malformed_answer), "the certificate's RSA key has no numbers");
    const bool sane = made->bits_ >= kMinimumBits && made->bits_ <= kMaximumBits &&
                      (made->modulus_.back() & 1U) == 1U && (made->exponent_.back() & 1U) == 1U &&
                      made->exponent_.size() <= sizeof(std::uint64_t) && made->exponent_ != Bytes{1};
    if (!sane) return fail(Errc::malformed_answer, "the certificate's RSA key is out of range");
    return std::shared_ptr<const PublicKey>(std::move(made));
}

bool PublicKey::verify_pkcs1(ByteView data, ByteView signature) const {
    const QuietErrors quiet;
    if (signature.size() != size() || data.size() + kPkcs1Overhead > size()) return false;
    const auto key = make();
    if (!key) return false;
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
        EVP_PKEY_CTX_new_from_pkey(library_context(), key.get(), nullptr));
    Bytes block(size());
    std::size_t length = block.size();
    if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
        EVP_PKEY_encrypt(context.get(), block.data(), &length, signature.data(), signature.size()) != 1 ||
        length != block.size())
        return false;
    Bytes expected(size(), 0xFF);
    expected[0] = 0x00;
    expected[1] = 0x01;
    expected[size() - data.size() - 1] = 0x00;
    std::ranges::copy(data, expected.end() - static_cast<std::ptrdiff_t>(data.size()));
    return block == expected;
}

bool PublicKey::verify_pss_sha256(ByteView digest, ByteView signature) const {
    const QuietErrors quiet;
    if (signature.size() != size() || digest.size() != size_of(Hash::sha256)) return false;
    const auto key = make();
    if (!key) return false;
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
        EVP_PKEY_CTX_new_from_pkey(library_context(), key.get(), nullptr));
    const Owned<EVP_MD, EVP_MD_free> hash(EVP_MD_fetch(library_context(), "SHA256", nullptr));
    return context && hash && EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), hash.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) ==
               1;
}

}  // namespace jpki::p11::crypto
