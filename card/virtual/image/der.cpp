// See der.hpp.
#include "virtual/image/der.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include "virtual/image/image.hpp"

namespace jpki::vcard::der {
namespace {

Bytes text(std::uint8_t tag, std::string_view value) { return tlv(tag, to_bytes(value)); }

void append_base128(Bytes& to, unsigned value) {
    std::array<std::uint8_t, 5> groups{};
    std::size_t count = 0;
    do {
        groups[count++] = static_cast<std::uint8_t>(value & 0x7FU);
        value >>= 7U;
    } while (value != 0);
    while (count > 1)
        to.push_back(groups[--count] | 0x80U);
    to.push_back(groups[0]);
}

int number_in(std::string_view digits) {
    int value = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
}

}  // namespace

Bytes tlv(std::uint8_t tag, ByteView content) {
    Bytes out{tag};
    const std::size_t length = content.size();
    if (length < 0x80) {
        out.push_back(static_cast<std::uint8_t>(length));
    } else if (length < 0x100) {
        out.insert(out.end(), {0x81, static_cast<std::uint8_t>(length)});
    } else {
        out.insert(out.end(), {0x82, static_cast<std::uint8_t>((length >> 8U) & 0xFFU),
                               static_cast<std::uint8_t>(length & 0xFFU)});
    }
    append(out, content);
    return out;
}

Bytes sequence(std::initializer_list<Bytes> parts) { return sequence(std::vector<Bytes>(parts)); }

Bytes sequence(const std::vector<Bytes>& parts) {
    Bytes content;
    for (const Bytes& part : parts)
        append(content, part);
    return tlv(0x30, content);
}

Bytes set(const Bytes& only_member) { return tlv(0x31, only_member); }

Bytes context(unsigned number, ByteView content) {
    return tlv(static_cast<std::uint8_t>(0xA0U | number), content);
}

Bytes context_primitive(unsigned number, ByteView content) {
    return tlv(static_cast<std::uint8_t>(0x80U | number), content);
}

Bytes oid(std::string_view dotted) {
    std::vector<unsigned> arcs;
    while (!dotted.empty()) {
        const std::size_t dot = std::min(dotted.find('.'), dotted.size());
        arcs.push_back(static_cast<unsigned>(number_in(dotted.substr(0, dot))));
        dotted.remove_prefix(std::min(dot + 1, dotted.size()));
    }
    Bytes content;
    append_base128(content, arcs.at(0) * 40 + arcs.at(1));
    for (std::size_t i = 2; i < arcs.size(); ++i)
        append_base128(content, arcs[i]);
    return tlv(0x06, content);
}

Bytes integer(ByteView big_endian_magnitude) {
    while (big_endian_magnitude.size() > 1 && big_endian_magnitude[0] == 0) {
        big_endian_magnitude = big_endian_magnitude.subspan(1);
    }
    Bytes content;
    if (!big_endian_magnitude.empty() && (big_endian_magnitude[0] & 0x80U) != 0) content.push_back(0);
    append(content, big_endian_magnitude);
    return tlv(0x02, content);
}

Bytes boolean_true() { return {0x01, 0x01, 0xFF}; }
Bytes null() { return {0x05, 0x00}; }
Bytes octet_string(ByteView content) { return tlv(0x04, content); }

Bytes bit_string(ByteView content, unsigned unused_bits) {
    Bytes with_count{static_cast<std::uint8_t>(unused_bits)};
    append(with_count, content);
    return tlv(0x03, with_count);
}

Bytes utf8(std::string_view value) { return text(0x0C, value); }
Bytes printable(std::string_view value) { return text(0x13, value); }
Bytes ia5(std::string_view value) { return text(0x16, value); }

Bytes time(std::string_view day, std::string_view clock) {
    const bool shaped = day.size() == 10 && day[4] == '-' && day[7] == '-';
    const int year = shaped ? number_in(day.substr(0, 4)) : -1;
    const int month = shaped ? number_in(day.substr(5, 2)) : -1;
    const int of_month = shaped ? number_in(day.substr(8, 2)) : -1;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(of_month))};
    if (year < 1950 || month < 1 || of_month < 1 || !date.ok())
        throw ImageError("a day is written YYYY-MM-DD");
    std::string digits(day.substr(year < 2050 ? 2 : 0, year < 2050 ? 2 : 4));
    digits.append(day.substr(5, 2)).append(day.substr(8, 2)).append(clock).append("Z");
    return text(year < 2050 ? 0x17 : 0x18, digits);
}

}  // namespace jpki::vcard::der
