// The small pictures of a card's surface: PNG (ISO/IEC 15948) of one bit a pixel, and JPEG 2000 (ISO/IEC
// 15444-1). Called by visual_application.cpp only. They show what is invented or nothing at all: digits,
// boxes for characters, a grey area; it compresses nothing and reads nothing.
#pragma once

#include <cstddef>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::vcard {

// 6 by 12 pixels a digit.
Bytes png_of_digits(std::string_view digits);
// A box for each character of a UTF-8 text.
Bytes png_of_boxes(std::string_view text);
// Grey all over, in the file format JP2.
Bytes jp2_of_nobody(std::size_t width, std::size_t height);

}  // namespace jpki::vcard
