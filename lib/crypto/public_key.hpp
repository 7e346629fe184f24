// An RSA public key: its numbers for PKCS#11 attributes, and the verification of signatures.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "crypto/digest.hpp"
#include "waist/bytes.hpp"
#include "waist/result.hpp"

namespace jpki::p11::crypto {

class PublicKey {
  public:
    // From a DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). Errors: malformed_answer for anything but RSA of
    // 1024 to 4096 bits with an odd modulus and exponent.
    static Result<std::shared_ptr<const PublicKey>> from_spki(ByteView spki);

    [[nodiscard]] const Bytes& spki() const noexcept { return spki_; }
    [[nodiscard]] const Bytes& modulus() const noexcept { return modulus_; }    // big-endian, no leading zero
    [[nodiscard]] const Bytes& exponent() const noexcept { return exponent_; }  // big-endian, no leading zero
    [[nodiscard]] std::size_t size() const noexcept { return modulus_.size(); }  // bytes of a signature
    [[nodiscard]] std::size_t bits() const noexcept { return bits_; }

    // RSASSA-PKCS1-v1_5 as RFC 8017 §8.2.2 wants it: the block is built and compared, not taken apart. `data`
    // is what stands behind the 00 01 FF.. 00, usually a DigestInfo.
    [[nodiscard]] bool verify_pkcs1(ByteView data, ByteView signature) const;

    // RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    [[nodiscard]] bool verify_pss_sha256(ByteView digest, ByteView signature) const;

  private:
    PublicKey() = default;

    // OpenSSL gives every RSA key a reference to the host's default engine, even in our own library context.
    // So the key exists for one verification only: a kept one would keep the engine alive past its end.
    [[nodiscard]] Owned<EVP_PKEY, EVP_PKEY_free> make() const;

    Bytes spki_;
    Bytes modulus_;
    Bytes exponent_;
    std::size_t bits_ = 0;
};

}  // namespace jpki::p11::crypto
