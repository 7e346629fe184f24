// One RSA private key of 1024 or 2048 bits and the paddings that a JPKI card applies (RFC 8017 §8.1, §8.2).
// Called by personalisation and by the sign command. OpenSSL does the arithmetic.
// It never decrypts and never exponentiates what it has not padded itself: neither does the card.
#pragma once

#include <memory>
#include <optional>

#include "waist/bytes.hpp"

struct evp_pkey_st;

namespace jpki::vcard {

struct KeyDeleter {
    void operator()(evp_pkey_st* key) const;
};

class RsaKey {
  public:
    static RsaKey generate(std::size_t modulus_bytes = 256);
    // Nothing when the bytes are no RSA private key of a card's size (PKCS#8 or PKCS#1 DER).
    static std::optional<RsaKey> from_der(ByteView der);

    std::size_t modulus_bytes() const;  // of the modulus, and of every signature: 128 or 256
    Bytes to_der() const;
    Bytes public_key_info() const;   // SubjectPublicKeyInfo
    Bytes modulus() const;           // as many bytes as every signature
    Bytes public_key_bytes() const;  // RSAPublicKey of PKCS#1, whose SHA-1 is the key identifier

    // Block type 1 around `block` exactly as given, 11 bytes shorter than the modulus at most: no DigestInfo
    // is added.
    Bytes sign_block(ByteView block) const;
    // RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a random salt of 32 bytes, over a finished hash.
    Bytes sign_pss(ByteView sha256) const;

  private:
    explicit RsaKey(evp_pkey_st* key) : key_(key) {}

    std::unique_ptr<evp_pkey_st, KeyDeleter> key_;
};

Bytes sha1(ByteView data);
Bytes sha256(ByteView data);
// SEQUENCE { AlgorithmIdentifier, OCTET STRING } (RFC 8017 §9.2, note 1)
Bytes sha1_digest_info(ByteView hash);
Bytes sha256_digest_info(ByteView hash);
Bytes random_bytes(std::size_t count);

}  // namespace jpki::vcard
