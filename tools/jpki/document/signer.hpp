// Who signs: a certificate with its authority's, and the way to its key.
#pragma once

#include <functional>
#include <optional>

#include "document/certificate.hpp"

namespace jpki::app {

struct Signer {
    Certificate certificate;
    std::optional<Certificate> authority;
    // RSASSA-PKCS1-v1_5 with SHA-256 over the bytes given. Throws Failure.
    std::function<Bytes(const Bytes&)> sign;
};

}  // namespace jpki::app
