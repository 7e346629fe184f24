// See apdu.hpp. The shapes are told apart by the fifth byte and the total length alone (ISO 7816-3 §12.1.3).
#include "virtual/apdu.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kHeader = 4;

std::size_t short_ne(std::uint8_t le) { return le == 0 ? 256U : le; }

std::size_t big_endian(ByteView at) { return (static_cast<std::size_t>(at[0]) << 8U) | at[1]; }

std::size_t extended_ne(ByteView le) {
    const std::size_t value = big_endian(le);
    return value == 0 ? 65536U : value;
}

bool parse_short(ByteView bytes, Apdu& apdu) {
    const std::size_t lc = bytes[kHeader];
    const ByteView rest = bytes.subspan(kHeader + 1);
    if (rest.empty()) {
        apdu.iso_case = ApduCase::k2;
        apdu.ne = short_ne(bytes[kHeader]);
        return true;
    }
    if (rest.size() == lc) {
        apdu.iso_case = ApduCase::k3;
        apdu.data = rest;
        return true;
    }
    if (rest.size() == lc + 1 && lc != 0) {
        apdu.iso_case = ApduCase::k4;
        apdu.data = rest.first(lc);
        apdu.ne = short_ne(rest.back());
        return true;
    }
    return false;
}

// `rest` starts after the zero byte that announces the extended form.
bool parse_extended(ByteView rest, Apdu& apdu) {
    apdu.extended = true;
    if (rest.size() == 2) {
        apdu.iso_case = ApduCase::k2;
        apdu.ne = extended_ne(rest);
        return true;
    }
    const std::size_t lc = big_endian(rest);
    const ByteView body = rest.subspan(2);
    if (lc == 0) return false;
    if (body.size() == lc) {
        apdu.iso_case = ApduCase::k3;
        apdu.data = body;
        return true;
    }
    if (body.size() == lc + 2) {
        apdu.iso_case = ApduCase::k4;
        apdu.data = body.first(lc);
        apdu.ne = extended_ne(body.subspan(lc));
        return true;
    }
    return false;
}

}  // namespace

std::optional<Apdu> parse_apdu(ByteView bytes) {
    if (bytes.size() < kHeader) return std::nullopt;
    Apdu apdu{.cla = bytes[0], .ins = bytes[1], .p1 = bytes[2], .p2 = bytes[3]};
    if (bytes.size() == kHeader) return apdu;
    const bool extended = bytes[kHeader] == 0 && bytes.size() > kHeader + 2;
    const bool understood =
        extended ? parse_extended(bytes.subspan(kHeader + 1), apdu) : parse_short(bytes, apdu);
    if (!understood) return std::nullopt;
    return apdu;
}

}  // namespace jpki::vcard
