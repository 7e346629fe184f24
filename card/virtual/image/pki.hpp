// The certificates of the test PKI, in the shape of the real hierarchy or in a plain one
// (certificate_profile.hpp). Called by image_maker.cpp only. Every issuer's name carries O=JPKI-TEST; a plain
// certificate has exactly the size asked for, by a text of the length that it takes.
#pragma once

#include "virtual/image/certificate_profile.hpp"
#include "virtual/image/image.hpp"
#include "virtual/image/person.hpp"
#include "virtual/image/rsa_key.hpp"
#include "waist/key_purpose.hpp"

namespace jpki::vcard {

struct Validity {
    std::string not_before;  // YYYY-MM-DD
    std::string not_after;
};

// What all certificates of one card have in common.
struct CardKind {
    Family family;
    Profile profile;
};

// `needed` is the validity of what it will issue: an expired card has a valid issuer.
Authority make_authority(const CardKind& kind, KeyPurpose purpose, const Validity& needed);
// Throws ImageError when no certificate of the person's size exists.
Bytes make_certificate(const CardKind& kind, KeyPurpose purpose, const Person& person, const RsaKey& key,
                       const Authority& issuer, const Validity& validity);

}  // namespace jpki::vcard
