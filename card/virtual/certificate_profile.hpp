// What differs between the certificates of the test PKI, as data: by family and by side.
// Read by pki.cpp, which knows what all of them have in common.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "virtual/family.hpp"

namespace jpki::vcard {

enum class Side : std::uint8_t { kAuth, kSign };

struct AuthorityProfile {
    std::array<std::string_view, 2> units;  // of its name, after C=JP and O=JPKI-TEST
    std::string_view unit_ja;               // of its alternative name
    std::uint32_t serial;
    std::size_t size;  // octets of its certificate's DER
    // It lives at least this long, and at least as long as the certificate it is made for.
    std::string_view not_before;
    std::string_view not_after;
    bool sha1;  // it signs with SHA-1; else with SHA-256
};

struct CertificateProfile {
    const AuthorityProfile* issuer;
    std::uint8_t key_usage;
    unsigned key_usage_unused_bits;
    bool policy_critical;
    std::string_view policy;  // below 1.2.392.200149.8.5.1
    // Against the person's My Number Card: a person's cards have different serial numbers.
    std::uint32_t serial_offset;
    std::size_t smaller_by;
};

// Throws ImageError when the family has no such certificate.
const CertificateProfile& certificate_profile(Family family, Side side);

}  // namespace jpki::vcard
