// Where in a certificate its serial number stands: the few bytes that tell a card from any other, and the
// only ones that have to be read again to see that it is still the same. No other field is looked at; X.509
// is OpenSSL's.
#pragma once

#include <optional>

#include "waist/tlv.hpp"

namespace jpki::card {

struct ByteRange {
    std::size_t from = 0;
    std::size_t count = 0;
};

// The INTEGER with its header (RFC 5280 section 4.1.2.2) in the first bytes of a certificate's DER; nothing
// where they are none, or where it has fewer than four bytes of value and could be anybody's.
constexpr std::optional<ByteRange> serial_number_of(ByteView certificate) noexcept {
    constexpr std::uint8_t kSequence = 0x30;
    constexpr std::uint8_t kVersion = 0xA0;
    constexpr std::uint8_t kInteger = 0x02;
    constexpr std::size_t kLeast = 4;
    std::size_t at = 0;
    for (int depth = 0; depth < 2; ++depth) {
        const auto outer = parse_tlv_header(slice(certificate, at));
        if (!outer || outer->tag != kSequence) return std::nullopt;
        at += outer->header_length;
    }
    auto next = parse_tlv_header(slice(certificate, at));
    if (next && next->tag == kVersion) {
        at += next->total();
        next = parse_tlv_header(slice(certificate, at));
    }
    if (!next || next->tag != kInteger || next->value_length < kLeast) return std::nullopt;
    if (at + next->total() > certificate.size()) return std::nullopt;
    return ByteRange{at, next->total()};
}

}  // namespace jpki::card
