// See witness.hpp. Each row names its witnesses as docs/cards.md does; "spec" alone is no witness.
#include "virtual/witness.hpp"

#include <algorithm>
#include <array>

namespace jpki::vcard {
namespace {

// What a parameter byte may be: `value` in the bits of `mask`.
struct BytePattern {
    std::uint8_t value;
    std::uint8_t mask;
    constexpr bool admits(std::uint8_t byte) const { return (byte & mask) == value; }
};
constexpr BytePattern only(std::uint8_t value) { return {value, 0xFF}; }
constexpr BytePattern kAny{0x00, 0x00};
constexpr BytePattern kOffset{0x00, 0x80};     // the high half of a 15-bit offset
constexpr BytePattern kReference{0x80, 0xE0};  // the current file, or 80|short identifier
constexpr BytePattern kRecordOf{0x04, 0x07};   // by number, of the current file or of a short identifier

enum class Login : std::uint8_t { kWhatever, kNeeded };

struct Form {
    std::uint8_t cla;
    std::uint8_t ins;
    BytePattern p1;
    BytePattern p2;
    ApduCase iso_case;
    std::size_t least = 0;  // bytes of data
    std::size_t most = 0;
    std::string_view where = {};  // applications with blanks between them; anywhere when empty
    Login login = Login::kWhatever;
    bool extended = false;
};

using enum ApduCase;

constexpr std::array kForms{
    // SELECT: by name without and with control information (osc, myna, luli, img, soltia and others; soltia,
    // myna); of a file (osc, myna, luli, img, soltia and others); the bare form that does nothing (soltia).
    Form{0x00, 0xA4, only(0x04), only(0x0C), k3, 1, 16},
    Form{0x00, 0xA4, only(0x04), only(0x00), k4, 1, 16},
    Form{0x00, 0xA4, only(0x02), only(0x0C), k3, 2, 2},
    Form{0x00, 0xA4, only(0x00), only(0x00), k1},
    // READ BINARY of the current file (everybody), by short identifier (soltia); READ RECORD (myna, soltia).
    Form{0x00, 0xB0, kOffset, kAny, k2},
    Form{0x00, 0xB0, kReference, kAny, k2},
    Form{0x00, 0xB2, kAny, kRecordOf, k2},
    // The counter (osc, myna, luli, img, soltia), with an Le too many (luli), and VERIFY (everybody; by
    // short identifier soltia).
    Form{0x00, 0x20, only(0x00), kReference, k1},
    Form{0x00, 0x20, only(0x00), only(0x80), k2},
    Form{0x00, 0x20, only(0x00), kReference, k3, 1, 16},
    // A new PIN (myna, soltia; soltia).
    Form{0x00, 0x24, only(0x01), only(0x80), k3, 1, 16, "jpki text", Login::kNeeded},
    Form{0x80, 0x32, only(0x00), only(0x80), k3, 1, 16, "common residence", Login::kNeeded},
    // Signatures: as everybody makes them, and their refusal before a login (soltia); what other values of
    // P1 do was tried after one (soltia); a surface application's own key (soltia).
    Form{0x80, 0x2A, only(0x00), kReference, k4, 1, 255, "jpki"},
    Form{0x80, 0x2A, only(0x01), kReference, k4, 1, 255, "jpki", Login::kNeeded},
    Form{0x80, 0x2A, only(0x02), kReference, k4, 1, 255, "jpki", Login::kNeeded},
    Form{0x80, 0x2A, only(0x03), kReference, k4, 1, 255, "jpki", Login::kNeeded},
    Form{0x80, 0x2A, only(0x04), kReference, k4, 1, 255, "jpki", Login::kNeeded},
    Form{0x80, 0x2A, only(0x05), kReference, k4, 1, 255, "jpki", Login::kNeeded},
    Form{0x80, 0x2A, only(0x00), only(0x00), k4, 1, 245, "text visual"},
    // Random bytes; all tags were tried, and two objects need the long form; a challenge (soltia).
    Form{0x00, 0x84, only(0x00), only(0x00), k2},
    Form{.cla = 0x00, .ins = 0x84, .p1 = only(0x00), .p2 = only(0x00), .iso_case = k2, .extended = true},
    Form{0x00, 0xCA, kAny, kAny, k2},
    Form{.cla = 0x00, .ins = 0xCA, .p1 = kAny, .p2 = kAny, .iso_case = k2, .extended = true},
    Form{0x00, 0x88, only(0x00), kReference, k4, 1, 255},
    // What is refused everywhere or nearly so: session key, terminal's key, last command (soltia).
    Form{.cla = 0x80,
         .ins = 0xAE,
         .p1 = only(0x00),
         .p2 = only(0x00),
         .iso_case = k3,
         .least = 256,
         .most = 256,
         .extended = true},
    Form{.cla = 0x80,
         .ins = 0xA2,
         .p1 = kAny,
         .p2 = kAny,
         .iso_case = k3,
         .least = 256,
         .most = 512,
         .extended = true},
    Form{0x80, 0xFC, only(0x00), only(0x00), k1},
};

bool stands_in(std::string_view where, std::string_view application) {
    while (!where.empty()) {
        const std::size_t end = std::min(where.find(' '), where.size());
        if (where.substr(0, end) == application) return true;
        where.remove_prefix(std::min(end + 1, where.size()));
    }
    return false;
}

// By the PIN that opens the file of P2, or by the PIN that this file is.
bool logged_in(const CardState& card, std::uint8_t p2) {
    constexpr std::uint8_t kShortBits = 0x1F;
    const auto file = (p2 & kShortBits) == 0 ? card.session.file : card.find_short(p2 & kShortBits);
    if (!file) return false;
    const File& named = card.image.applications[*card.session.application].files[*file];
    return named.kind == FileKind::kPin ? card.verified(named) : card.may_use(named);
}

bool admits(const Form& form, const CardState& card, const Apdu& apdu) {
    const bool shape = form.cla == apdu.cla && form.ins == apdu.ins && form.iso_case == apdu.iso_case &&
                       form.extended == apdu.extended && form.p1.admits(apdu.p1) && form.p2.admits(apdu.p2) &&
                       apdu.data.size() >= form.least && apdu.data.size() <= form.most;
    return shape && (form.where.empty() || stands_in(form.where, card.where())) &&
           (form.login == Login::kWhatever || logged_in(card, apdu.p2));
}

}  // namespace

bool is_witnessed(const CardState& card, const Apdu& apdu) {
    return std::ranges::any_of(kForms, [&](const Form& form) { return admits(form, card, apdu); });
}

bool is_witnessed_instruction(std::uint8_t ins) {
    return std::ranges::find(kForms, ins, &Form::ins) != kForms.end();
}

}  // namespace jpki::vcard
