// Just enough DER to know how long an object is before all of it is there (X.690 §§8.1, 10.1). No recursion
// and no copies; everything else about DER is OpenSSL's. Shared by the card side (how much to read) and
// lib/crypto.
#pragma once

#include <optional>

#include "waist/bytes.hpp"

namespace jpki {

struct TlvHeader {
    std::uint8_t tag;           // single-byte tags only
    std::size_t header_length;  // bytes of tag and length
    std::size_t value_length;

    [[nodiscard]] constexpr std::size_t total() const { return header_length + value_length; }
};

// The header at the start of `data`; nothing for a multi-byte tag, or an indefinite, non-minimal or cut
// length. Lengths of 16 MiB and more are refused: no card holds them.
constexpr std::optional<TlvHeader> parse_tlv_header(ByteView data) noexcept {
    constexpr std::uint8_t kMultiByteTag = 0x1F;
    constexpr std::uint8_t kLongForm = 0x80;
    constexpr std::size_t kMaximumLengthBytes = 3;
    if (data.size() < 2 || (data[0] & kMultiByteTag) == kMultiByteTag) return std::nullopt;
    const std::uint8_t first = data[1];
    if (first < kLongForm) return TlvHeader{data[0], 2, first};
    const std::size_t count = first & 0x7FU;
    if (count == 0 || count > kMaximumLengthBytes || data.size() < 2 + count) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i)
        length = (length << 8U) | data[2 + i];
    if (length < kLongForm || (length >> (8U * (count - 1))) == 0) return std::nullopt;
    return TlvHeader{data[0], 2 + count, length};
}

}  // namespace jpki
