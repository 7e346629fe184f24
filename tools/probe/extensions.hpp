// What a whole certificate is made of: its extensions in their order, and the kinds of its names. Names of
// kinds only; of what stands in them nothing but what is published and the same on all cards.
#pragma once

#include <optional>
#include <string>

#include "waist/bytes.hpp"

namespace jpki::probe {

struct CertificateProfile {
    std::string extensions;  // "KU! EKU CP! IAN CRLDP": in their order, critical ones with "!"
    std::string purposes;    // of EKU: "clientAuth"; "none": there is no such extension
    std::string policy;      // of CP: its number where it is one of JPKI's
    std::string access;      // of AIA: "OCSP ocspauthnorm.jpki.go.jp"
    std::string issuer_key;  // of AKI: "keyid issuer serial", as far as they are there
    std::string subject;     // "C CN"; of CN also the kind of text
};

// Nothing for what is not a certificate from its beginning to its last extension.
std::optional<CertificateProfile> read_profile(ByteView certificate);

}  // namespace jpki::probe
