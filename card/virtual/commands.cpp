// See commands.hpp. What a class byte means comes before what the instruction means (ISO 7816-4 §5.4.1).
#include "virtual/commands.hpp"

#include <algorithm>
#include <array>

#include "virtual/witness.hpp"

namespace jpki::vcard {
namespace {

// Issuer-only: it exists, and no holder ever has the right to it.
Answer issuer_only(CardState&, const Apdu&) { return sw::kSecurityStatus; }
// `80 FC`: an iPhone says that it was the last command; physical cards find its length wrong.
Answer last_command(CardState& card, const Apdu&) {
    return family_info(card.image.family).knows_last_command ? sw::kOk : sw::kWrongLength;
}

constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kGetResponse = 0xC0;

constexpr std::array<CommandInfo, 15> kCommands{{
    {0x00, kSelect, "SELECT", select},
    {0x00, 0xB0, "READ-BINARY", read_binary},
    {0x00, 0xB2, "READ-RECORD", read_record},
    {0x00, 0x20, "VERIFY", verify},
    {0x00, 0x24, "CHANGE-PIN", change_reference_data},
    {0x80, 0x32, "CHANGE-KEY", change_key},
    {0x80, 0x2A, "SIGN", compute_signature},
    {0x00, 0x88, "INTERNAL-AUTHENTICATE", internal_authenticate},
    {0x00, 0x84, "GET-CHALLENGE", get_challenge},
    {0x00, 0xCA, "GET-DATA", get_data},
    {0x00, kGetResponse, "GET-RESPONSE", get_response},
    {0x80, 0x54, "UNLOCK-KEY", issuer_only},
    {0x80, 0xA2, "SET-PUBLIC-KEY", set_public_key},
    {0x80, 0xAE, "SET-SESSION-KEY", set_session_key},
    {0x80, 0xFC, "LAST-COMMAND", last_command},
}};

// Bits of an interindustry class byte (ISO 7816-4 §5.4.1): channel, secure messaging, chaining.
constexpr std::uint8_t kChannelBits = 0x03;
constexpr std::uint8_t kSecureMessagingBits = 0x0C;
constexpr std::uint8_t kChainingBit = 0x10;
constexpr std::uint8_t kProprietary = 0x80;

std::uint16_t check_class(const Apdu& apdu) {
    const std::uint8_t base = apdu.cla & static_cast<std::uint8_t>(~kProprietary);
    if ((base & static_cast<std::uint8_t>(~(kChannelBits | kSecureMessagingBits | kChainingBit))) != 0) {
        return sw::kUnknownClass;
    }
    if ((base & kSecureMessagingBits) != 0) {
        return apdu.ins == kSelect ? sw::kSecureMessagingNotSupported : sw::kVendorNoSecureMessaging;
    }
    if ((base & kChannelBits) != 0) return sw::kChannelNotSupported;
    if ((base & kChainingBit) != 0) return sw::kChainingNotSupported;
    return 0;
}

// The log shows the header only: whatever follows may be a PIN.
std::uint16_t refuse_unwitnessed(CardState& card, const Apdu& apdu) {
    card.log.event("UNWITNESSED " + to_hex(Bytes{apdu.cla, apdu.ins, apdu.p1, apdu.p2}));
    return is_witnessed_instruction(apdu.ins) ? sw::kWrongP1P2 : sw::kUnknownInstruction;
}

}  // namespace

std::string_view command_name(ByteView bytes) {
    if (bytes.size() < 4) return "?";
    const auto row = std::ranges::find(kCommands, bytes[1], &CommandInfo::ins);
    return row == kCommands.end() ? "?" : row->name;
}

Answer execute_command(CardState& card, const Apdu& apdu) {
    if (apdu.ins != kGetResponse) card.session.pending.clear();
    if (const std::uint16_t wrong = check_class(apdu); wrong != 0) return wrong;
    if (!is_witnessed(card, apdu)) {
        ++card.oracle.unwitnessed;
        if (card.is(Switch::kCommands, "witnessed")) return refuse_unwitnessed(card, apdu);
    }
    if (apdu.extended && card.is(Switch::kExtended, "refused")) return sw::kWrongLength;
    const auto row = std::ranges::find(kCommands, apdu.ins, &CommandInfo::ins);
    if (row == kCommands.end()) return sw::kUnknownInstruction;
    // GET RESPONSE carries the class of the command it belongs to.
    if (row->cla != apdu.cla && apdu.ins != kGetResponse) return sw::kUnknownClass;
    return row->execute(card, apdu);
}

std::uint16_t resolve_reference(CardState& card, std::uint8_t p2) {
    constexpr std::uint8_t kCurrent = 0x80;
    constexpr std::uint8_t kShortBits = 0x1F;
    if ((p2 & static_cast<std::uint8_t>(~kShortBits)) != kCurrent) return sw::kWrongP1P2;
    if (p2 == kCurrent) return card.session.file ? 0 : sw::kNoCurrentFile;
    if (card.is(Switch::kSfi, "no")) return sw::kWrongP1P2;
    const std::optional<std::size_t> found = card.find_short(p2 & kShortBits);
    if (!found) return sw::kFileNotFound;
    card.session.file = found;
    return 0;
}

}  // namespace jpki::vcard
