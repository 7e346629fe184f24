// Hash values by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "crypto/library_context.hpp"
#include "waist/bytes.hpp"
#include "waist/result.hpp"

namespace jpki::p11::crypto {

enum class Hash : std::uint8_t { sha1, sha224, sha256, sha384, sha512 };

// Bytes of a value: 20 to 64.
std::size_t size_of(Hash hash) noexcept;

// A running hash. Errors are no_memory only.
class Digest {
  public:
    static Result<Digest> start(Hash hash);

    Status update(ByteView data);
    // Ends it; only destruction is allowed afterwards.
    Result<Bytes> finish();

    [[nodiscard]] Hash hash() const noexcept { return hash_; }

  private:
    using Context = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
    Digest(Hash hash, Context context) : hash_(hash), context_(std::move(context)) {}

    Hash hash_;
    Context context_;
};

Result<Bytes> digest(Hash hash, ByteView data);

}  // namespace jpki::p11::crypto
