// The part of mask.hpp that is about the reader and the ATR.
#include <algorithm>
#include <array>
#include <cctype>

#include "probe/mask.hpp"

namespace jpki::probe {

namespace {

using namespace std::string_view_literals;

// As published for JPKI cards: in lists of ATRs and in OpenSC.
constexpr std::array kPublished{
    "\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14"sv,
    "\x3B\xDA\x13\xFF\x81\x31\xFB\x46\x80\x12\x39\x2F\x31\xC1\x73\xC6\x01\xC0\x3B"sv,
    "\x3B\xC5\xFF\x81\x31\xFB\x45\x80\x73\xC6\x01\x00\x00"sv,
    "\x3B\x88\x80\x01\x00\x00\x05\xE0\xB3\x81\xA1\x00\x7F"sv,
    "\x3B\x88\x80\x01\x00\x00\x41\xE0\xB3\x81\xA1\x00\x3B"sv,
    "\x3B\x88\x80\x01\x00\x4B\x51\xFF\xB3\x81\xD1\x00\x0F"sv,
    "\x3B\x88\x80\x01\x00\x4B\x51\xFF\x00\x81\xD1\x00\xBC"sv,
    "\x3B\x88\x80\x01\x00\x00\x14\xE0\xB3\x81\x91\x00\x5E"sv,
};

// PC/SC part 3 §3.1.3.2.3.1: type B is eight historical bytes, four of application data, three of protocol
// information, one of MBLI.
constexpr std::string_view kTypeB = "\x3B\x88\x80\x01"sv;
constexpr std::size_t kTypeBSize = 13;

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Historical {
    std::size_t begin = 0;
    std::size_t count = 0;
};

// Where the historical bytes are (ISO 7816-3 §8.2): behind the interface bytes that the Y nibbles announce.
Historical historical(ByteView atr) {
    if (atr.size() < 2) return {};
    std::size_t at = 2;
    unsigned announced = atr[1] >> 4U;
    while (announced != 0) {
        for (const unsigned bit : {1U, 2U, 4U})
            at += (announced & bit) != 0 ? 1 : 0;
        if ((announced & 8U) == 0) break;
        if (at >= atr.size()) return {};
        announced = atr[at++] >> 4U;
    }
    const std::size_t count = atr[1] & 0x0FU;
    return at + count <= atr.size() ? Historical{at, count} : Historical{};
}

// The compact TLV objects of the historical bytes that may be shown: country 1x, services 3x, capabilities
// 7x. `body` is called with tag, position and length of each object's value.
template <class Body>
void each_object(ByteView atr, Body body) {
    constexpr std::uint8_t kCompactTlv = 0x80;
    const Historical where = historical(atr);
    if (where.count == 0 || atr[where.begin] != kCompactTlv) return;
    const std::size_t end = where.begin + where.count;
    for (std::size_t at = where.begin + 1; at < end;) {
        const std::size_t length = atr[at] & 0x0FU;
        if (at + 1 + length > end) return;
        body(atr[at] >> 4U, at + 1, length);
        at += 1 + length;
    }
}

bool is_type_b(ByteView atr) { return atr.size() == kTypeBSize && as_text(atr).starts_with(kTypeB); }

}  // namespace

Interface interface_of(ByteView atr) {
    if (atr.empty()) return Interface::unknown;
    return is_type_b(atr) ? Interface::contactless : Interface::contact;
}

std::string declared_by(ByteView atr) {
    constexpr unsigned kCapabilities = 7;
    std::string said = "not said";
    each_object(atr, [&](unsigned tag, std::size_t at, std::size_t length) {
        if (tag != kCapabilities || length != 3) return;
        const bool chaining = (atr[at + 2] & 0x80U) != 0;
        const bool extended = (atr[at + 2] & 0x40U) != 0;
        said = std::string(chaining ? "chaining yes" : "chaining no") +
               (extended ? ", extended yes" : ", extended no");
    });
    return said;
}

std::string published_atr(ByteView without_first) {
    Bytes atr{0x3B};
    append(atr, without_first);
    const bool published = std::ranges::find(kPublished, as_text(atr)) != kPublished.end();
    return published ? spaced_hex(atr) : "another";
}

std::string masked_atr(ByteView atr) {
    if (std::ranges::find(kPublished, as_text(atr)) != kPublished.end()) return spaced_hex(atr);
    std::vector<bool> shown(atr.size(), false);
    const Historical where = historical(atr);
    // Interface bytes tell protocols and speeds.
    std::fill_n(shown.begin(), static_cast<std::ptrdiff_t>(where.begin), true);
    if (is_type_b(atr)) {
        std::fill_n(shown.begin() + 8, 4, true);  // protocol information and MBLI
    } else {
        each_object(atr, [&](unsigned tag, std::size_t at, std::size_t length) {
            if (tag != 1 && tag != 3 && tag != 7) return;
            std::fill_n(shown.begin() + static_cast<std::ptrdiff_t>(at - 1),
                        static_cast<std::ptrdiff_t>(length + 1), true);
        });
    }
    std::string text;
    for (std::size_t i = 0; i < atr.size(); ++i) {
        if (i != 0) text += ' ';
        text += shown[i] ? to_hex(atr.subspan(i, 1)) : "..";
    }
    return text;
}

std::string printable_reader(std::string_view name) {
    std::string shown;
    for (const char c : name)
        shown += c >= ' ' && c <= '~' && c != '`' ? c : '?';
    return shown;
}

std::string masked_reader(std::string_view given) {
    const std::string name = printable_reader(given);
    // libccid writes a serial number in parentheses. Anywhere else a long word with many digits may be one.
    constexpr std::size_t kLongWord = 8;
    constexpr std::ptrdiff_t kManyDigits = 5;
    std::string text;
    for (std::size_t at = 0; at < name.size();) {
        if (name[at] == '(') {
            const std::size_t end = name.find(')', at);
            text += "(..)";
            at = end == std::string_view::npos ? name.size() : end + 1;
            continue;
        }
        if (std::isalnum(static_cast<unsigned char>(name[at])) == 0) {
            text += name[at++];
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && std::isalnum(static_cast<unsigned char>(name[end])) != 0)
            ++end;
        const std::string_view word = std::string_view(name).substr(at, end - at);
        const auto digits = std::ranges::count_if(word, [](unsigned char c) { return std::isdigit(c) != 0; });
        text += word.size() >= kLongWord && digits >= kManyDigits ? std::string_view("..") : word;
        at = end;
    }
    return text;
}

}  // namespace jpki::probe
