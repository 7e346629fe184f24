// The beginning of a certificate, as far as its key: kinds and years only. Bounds-checked and without
// OpenSSL, since half a certificate is all there is.
#pragma once

#include <string>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::probe {

struct CertificateHead {
    std::string key = "unknown";             // "RSA 2048", "EC P-384", or "unknown"
    std::string_view signature = "unknown";  // "sha256WithRSAEncryption", or "unknown"
    std::string from = "?";                  // years
    std::string until = "?";
};

CertificateHead read_head(ByteView certificate);

}  // namespace jpki::probe
