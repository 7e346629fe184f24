// The certification authorities that are built in: ca.def, and the certificates in ca/.
#pragma once

#include <string_view>
#include <vector>

#include "document/certificate.hpp"

namespace jpki::app {

struct Authority {
    std::string_view english;
    std::string_view japanese;
    std::string_view not_before;
    std::string_view not_after;
    std::string_view sha1;
    std::string_view sha256;
    std::string_view key;
    std::string_view source;

    [[nodiscard]] std::string_view name() const;
};

const std::vector<Authority>& authorities();

// The certificates of those of which there is one.
const std::vector<Certificate>& authority_certificates();

// Null when none has it. Hexadecimal, upper case.
const Authority* authority_by_fingerprint(std::string_view digits);

// Whose key signed this certificate; their names are all alike. Null when it is none of these.
const Certificate* issuer_of(const Certificate& certificate, const std::vector<Certificate>& among);

}  // namespace jpki::app
