// Collects the message of one signature or verification and turns it into what the RSA step takes. The same
// for both directions, so that what we verify is exactly what we sign.
#pragma once

#include <optional>

#include "crypto/digest.hpp"
#include "crypto/public_key.hpp"
#include "mechanism/mechanism_table.hpp"

namespace jpki::p11 {

class SignatureInput {
  public:
    // `key_size`: bytes of the modulus, which bounds what CKM_RSA_PKCS takes.
    static Result<SignatureInput> start(const Mechanism& mechanism, std::size_t key_size);

    // Errors: data_length when CKM_RSA_PKCS would get more than key_size - 11 bytes, CKM_RSA_PKCS_PSS more
    // than 32.
    Status update(ByteView part);
    // The bytes for the RSA step: a DigestInfo, or the message itself. Ends the collection.
    Result<Bytes> finish();

    [[nodiscard]] const Mechanism& mechanism() const noexcept { return *mechanism_; }

  private:
    SignatureInput(const Mechanism& mechanism, std::size_t limit) : mechanism_(&mechanism), limit_(limit) {}

    const Mechanism* mechanism_;
    std::size_t limit_;
    std::optional<crypto::Digest> hash_;
    Bytes message_;
};

// Whether `signature` is one over `input` (from SignatureInput::finish) under `key`.
bool verify_signature(const crypto::PublicKey& key, SignScheme scheme, ByteView input, ByteView signature);

}  // namespace jpki::p11
