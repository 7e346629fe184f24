// What PKCS#11 wants to know of a certificate, and the public key of one that has not been read to its end
// yet. Pure functions of bytes; OpenSSL sees keys and times only, because it does not cleanse what it frees.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/public_key.hpp"

namespace jpki::p11::crypto {

struct CertFacts {
    Bytes der;                    // exactly one certificate
    Bytes subject;                // DER Name, as in the certificate
    Bytes issuer;                 // DER Name, as in the certificate
    Bytes serial;                 // DER INTEGER with tag and length
    Bytes check_value;            // first three bytes of SHA-1 over der
    std::string start;            // YYYYMMDD of notBefore, UTC
    std::string end;              // YYYYMMDD of notAfter, UTC
    std::int64_t not_before = 0;  // seconds since 1970, UTC
    std::int64_t not_after = 0;
    std::shared_ptr<const PublicKey> key;
};

// Errors: malformed_answer.
Result<std::shared_ptr<const CertFacts>> parse_certificate(ByteView der);

// The parts of a certificate that stand before its key, and the key.
struct KeyFacts {
    Bytes subject;
    std::shared_ptr<const PublicKey> key;
};

// Seconds since 1970, UTC.
struct Validity {
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
};

// Both from the first bytes of a certificate. Nothing yet: more bytes are needed. Errors: malformed_answer.
Result<std::optional<KeyFacts>> parse_certificate_prefix(ByteView prefix);
Result<std::optional<Validity>> parse_validity_prefix(ByteView prefix);

}  // namespace jpki::p11::crypto
