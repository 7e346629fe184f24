// Personalisation: makes the image of a fictitious person's My Number Card, with a test PKI of the real
// shape. Called by jpki-vcard and by tests. Names, serials, sizes and dates depend on the options only; key
// bits are random. It never imitates the real hierarchy: every distinguished name carries O=JPKI-TEST.
#pragma once

#include <string>
#include <string_view>

#include "virtual/image.hpp"

namespace jpki::vcard {

struct MakeOptions {
    unsigned person =
        0;  // 0 the default, 1 the other one of the tests; any further number makes a further person
    std::string not_before = "2024-01-22";  // of both user certificates, UTC
    std::string not_after = "2033-03-05";   // the last day, until 14:59:59 UTC (midnight in Japan)
    std::string auth_pin = "1234";
    std::string sign_pin = "ABC123";
    const Image* issuer = nullptr;  // issue from this image's authorities instead of from new ones
};

// Takes up to some seconds (two or four RSA-2048 keys). Throws ImageError for options that make no card.
Image make_image(const MakeOptions& options = {});

}  // namespace jpki::vcard
