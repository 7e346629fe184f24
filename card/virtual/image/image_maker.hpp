// Personalisation: makes the image of a fictitious person's card of any family, with a test PKI of the real
// shape. Called by jpki-vcard and by tests. Names, serials, sizes and dates depend on the options only; key
// bits are random. It never imitates the real hierarchy: every issuer's name carries O=JPKI-TEST.
#pragma once

#include <string>
#include <string_view>

#include "virtual/image/certificate_profile.hpp"
#include "virtual/image/image.hpp"

namespace jpki::vcard {

struct MakeOptions {
    Family family = Family::kMyNumber;
    Profile profile = Profile::kReal;  // of all its certificates, and of new authorities
    unsigned person =
        0;  // 0 the default, 1 the other one of the tests; any further number makes a further person
    // Of all user certificates: YYYY-MM-DD in UTC, the last day until 14:59:59 (midnight in Japan). Empty:
    // the family's.
    std::string not_before{};
    std::string not_after{};
    std::string auth_pin = "1234";  // has no meaning in a family without authentication key
    std::string sign_pin = "ABC123";
    const Image* issuer = nullptr;  // issue from this image's authorities instead of from new ones;
                                    // throws when they do not issue for the family
};

// Takes up to some seconds (up to four RSA-2048 keys). Throws ImageError for options that make no card.
Image make_image(const MakeOptions& options = {});

}  // namespace jpki::vcard
