// The certificates of the test PKI, in the shape of the real hierarchy (profile in docs: KeyUsage, DirName
// SAN …). Called by image_maker.cpp only. Every distinguished name carries O=JPKI-TEST, and every certificate
// has exactly the size asked for: the text in its CRL distribution point's name is as long as that needs.
#pragma once

#include "virtual/certificate_profile.hpp"
#include "virtual/image.hpp"
#include "virtual/person.hpp"
#include "virtual/rsa_key.hpp"

namespace jpki::vcard {

struct Validity {
    std::string not_before;  // YYYY-MM-DD
    std::string not_after;
};

// `needed` is the validity of what it will issue: an expired card has a valid issuer.
Authority make_authority(Family family, Side side, const Validity& needed);
// Throws ImageError when no certificate of the person's size exists.
Bytes make_certificate(Family family, Side side, const Person& person, const RsaKey& key,
                       const Authority& issuer, const Validity& validity);

}  // namespace jpki::vcard
