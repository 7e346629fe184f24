// What differs between the certificates of the test PKI, as data: by family, by key purpose and by profile.
// Read by pki.cpp, which knows what all of them have in common. It encodes nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "virtual/family.hpp"
#include "waist/key_purpose.hpp"

namespace jpki::vcard {

// kReal is what citizens' cards of the authorities of 2015 and 2019 carry, extension by extension. kPlain has
// neither purpose, place nor critical policy for authentication: no certificate of the authority of 2023 has
// been seen, and software should not rest on what it has not seen.
enum class Profile : std::uint8_t { kReal, kPlain };

struct ProfileInfo {
    std::string_view name;     // in --profile
    std::string_view meaning;  // one sentence
};
// In the order of the enumeration.
std::span<const ProfileInfo> profiles();
std::optional<Profile> profile_named(std::string_view name);

enum class Extension : std::uint8_t {
    kKeyUsage,
    kClientAuth,
    kPolicy,
    kCriticalPolicy,
    kPerson,
    kIssuerName,
    kDistributionPoint,
    kResponder,
    kAuthorityKey,
    kSubjectKey,
};

struct AuthorityProfile {
    Profile profile;
    std::array<std::string_view, 2> units;             // of its name, after C=JP and O=JPKI-TEST
    std::array<std::string_view, 3> alternative_name;  // O, OU and OU, after C=JP
    std::uint32_t serial;  // of every authority of this name, whatever its profile
    std::size_t size;      // bytes of its certificate's DER; 0: as they come
    // It lives at least this long, and at least as long as the certificate it is made for.
    std::string_view not_before;
    std::string_view clock;  // HHMMSS of the first day, in UTC
    std::string_view not_after;
    bool sha1;  // it signs with SHA-1; else with SHA-256
};

struct CertificateProfile {
    Profile profile;
    const AuthorityProfile* issuer;
    std::span<const Extension> extensions;  // in their order
    std::uint8_t key_usage;
    unsigned key_usage_unused_bits;
    std::string_view policy;             // below 1.2.392.200149.8.5.1
    std::string_view person_attributes;  // last arcs of kPerson's otherNames, in their order
    // Against the person's My Number Card: a person's cards have different serial numbers.
    std::uint32_t serial_offset;
    std::size_t smaller_by;  // than the person's size; of plain ones only
};

// Throws ImageError when the family has no such certificate. A Juki card's is plain, whatever is asked for.
const CertificateProfile& certificate_profile(Family family, KeyPurpose purpose, Profile profile);

}  // namespace jpki::vcard
