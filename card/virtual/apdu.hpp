// The card's own reading of a command APDU (ISO 7816-3 §12.1.3: cases 1 to 4, short and extended).
// Used by the card and by its log; it shares nothing with the driver's encoder, so that a mistake there shows
// here. It never judges a command's meaning and never answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "waist/bytes.hpp"

namespace jpki::vcard {

// ISO 7816-3 §12.1.2: which of the two optional parts, a command data field and an Le field, are there.
enum class ApduCase : std::uint8_t { k1 = 1, k2 = 2, k3 = 3, k4 = 4 };

struct Apdu {
    std::uint8_t cla = 0;
    std::uint8_t ins = 0;
    std::uint8_t p1 = 0;
    std::uint8_t p2 = 0;
    ApduCase iso_case = ApduCase::k1;
    bool extended = false;
    ByteView data{};     // a view into the bytes given to parse_apdu()
    std::size_t ne = 0;  // most bytes wanted back: 0 without Le, else 1..256 (short) or 1..65536 (extended)

    std::uint16_t p1p2() const { return static_cast<std::uint16_t>((p1 << 8U) | p2); }
};

// Nothing when the bytes are none of the seven shapes; the card answers 6700 then.
std::optional<Apdu> parse_apdu(ByteView bytes);

}  // namespace jpki::vcard
