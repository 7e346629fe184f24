// An image on disk: `key = value` lines of text after a version line, so that it can be read, compared and
// broken. Called by jpki-vcard and by tests. Written whole and atomically, mode 0600: it holds private keys
// and PINs. It never repairs: whatever it does not understand is an ImageError that names the line.
#pragma once

#include <string>
#include <string_view>

#include "virtual/image/image.hpp"

namespace jpki::vcard {

std::string serialize_image(const Image& image);
Image parse_image(std::string_view text);

Image load_image(const std::string& path);
// False when the file could not be written; the old one is then untouched.
bool save_image(const Image& image, const std::string& path);

}  // namespace jpki::vcard
