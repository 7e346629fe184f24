// Names and extensions of the test PKI's certificates as finished DER (RFC 5280 §4).
// Called by pki.cpp only, which says which of them a certificate has. It signs nothing and chooses nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "virtual/image/certificate_profile.hpp"
#include "virtual/image/person.hpp"
#include "waist/bytes.hpp"
#include "waist/key_purpose.hpp"

namespace jpki::vcard::parts {

// Of an authority; every certificate carries it as its issuer, and with it O=JPKI-TEST.
Bytes authority_name(const AuthorityProfile& authority);
// Of the holder: on real certificates the place stands in that for signatures only.
Bytes holder_name(Profile profile, KeyPurpose purpose, const Person& person);

Bytes serial(std::uint32_t value);

Bytes key_usage(std::uint8_t bits, unsigned unused);
Bytes client_auth();
Bytes policies(std::string_view policy, bool critical);
Bytes person_attributes(const Person& person, std::string_view order);
Bytes basic_constraints();
Bytes subject_alternative_name(const AuthorityProfile& authority);
Bytes issuer_alternative_name(const AuthorityProfile& issuer);
Bytes responder();
Bytes subject_key(ByteView key_bytes);
// With the issuer's issuer and serial number, or with the key's hash alone.
Bytes authority_key(const AuthorityProfile& issuer, ByteView key_bytes, Profile profile);

// Where lists of revoked certificates would be: a directory's name, and nothing that anybody could fetch.
Bytes own_distribution_point(const AuthorityProfile& authority);
Bytes municipal_distribution_point(const AuthorityProfile& issuer, const Person& person);

// A text of `length` characters in as many organisational units as X.520's bound allows.
struct Padding {
    std::size_t length = 0;
    std::size_t per_unit = 64;
};
Bytes padded_distribution_point(const Padding& padding);

}  // namespace jpki::vcard::parts
