// DER (X.690) as a test puts it together.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "waist/bytes.hpp"

namespace jpki::probe::testing {

inline Bytes der(std::uint8_t tag, const Bytes& contents) {
    Bytes out{tag};
    if (contents.size() >= 256) {
        out.push_back(0x82);
        out.push_back(static_cast<std::uint8_t>(contents.size() >> 8U));
    } else if (contents.size() >= 128) {
        out.push_back(0x81);
    }
    out.push_back(static_cast<std::uint8_t>(contents.size() & 0xFFU));
    append(out, contents);
    return out;
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts)
        append(all, part);
    return all;
}

inline Bytes text(std::uint8_t tag, std::string_view words) { return der(tag, to_bytes(words)); }

}  // namespace jpki::probe::testing
