// The card's instruction set: one table row a command, one function a row.
// Called by card.cpp for every well-formed command. A function sees the parsed command and the card's state,
// and answers data with a status word; it knows nothing of the transport.
#pragma once

#include <cstdint>
#include <string_view>

#include "virtual/apdu.hpp"
#include "virtual/card_state.hpp"

namespace jpki::vcard {

// ISO 7816-4 §5.6 as far as a JPKI card is known to use them by public software and by
// the probes of github soltia48/myna-card.
namespace sw {
constexpr std::uint16_t kOk = 0x9000;
constexpr std::uint16_t kBytesRemaining = 0x6100;
constexpr std::uint16_t kEndOfFile = 0x6282;
constexpr std::uint16_t kNoLimit = 0x6300;
constexpr std::uint16_t kTriesLeft = 0x63C0;
constexpr std::uint16_t kMemoryFailure = 0x6581;
constexpr std::uint16_t kVendorNoSessionKey = 0x66F1;
constexpr std::uint16_t kWrongLength = 0x6700;
constexpr std::uint16_t kChannelNotSupported = 0x6881;
constexpr std::uint16_t kSecureMessagingNotSupported = 0x6882;
constexpr std::uint16_t kChainingNotSupported = 0x6884;
constexpr std::uint16_t kWrongFileKind = 0x6981;
constexpr std::uint16_t kSecurityStatus = 0x6982;
constexpr std::uint16_t kAuthenticationMethod = 0x6983;
constexpr std::uint16_t kBlocked = 0x6984;
constexpr std::uint16_t kConditionsOfUse = 0x6985;
constexpr std::uint16_t kNoCurrentFile = 0x6986;
constexpr std::uint16_t kVendorNoSecureMessaging = 0x69FC;
constexpr std::uint16_t kWrongData = 0x6A80;
constexpr std::uint16_t kFileNotFound = 0x6A82;
constexpr std::uint16_t kRecordNotFound = 0x6A83;
constexpr std::uint16_t kWrongP1P2 = 0x6A86;
constexpr std::uint16_t kReferenceNotFound = 0x6A88;
constexpr std::uint16_t kOutsideFile = 0x6B00;
constexpr std::uint16_t kWrongLe = 0x6C00;
constexpr std::uint16_t kUnknownInstruction = 0x6D00;
constexpr std::uint16_t kUnknownClass = 0x6E00;
constexpr std::uint16_t kNoDiagnosis = 0x6F00;
}  // namespace sw

struct Answer {
    Answer(std::uint16_t status)
        : sw(status) {}  // NOLINT(google-explicit-constructor): most answers are a status
    explicit Answer(Bytes with, std::uint16_t status = sw::kOk) : data(std::move(with)), sw(status) {}

    Bytes data;
    std::uint16_t sw;
};

struct CommandInfo {
    std::uint8_t cla;
    std::uint8_t ins;
    std::string_view name;  // for the log
    Answer (*execute)(CardState&, const Apdu&);
};

// The name for the log, whatever becomes of the command.
std::string_view command_name(ByteView bytes);
// Class byte, extended length and instruction are checked here; the rest is the command's own business.
Answer execute_command(CardState& card, const Apdu& apdu);

Answer select(CardState& card, const Apdu& apdu);
Answer read_binary(CardState& card, const Apdu& apdu);
Answer read_record(CardState& card, const Apdu& apdu);
Answer verify(CardState& card, const Apdu& apdu);
Answer change_reference_data(CardState& card, const Apdu& apdu);
Answer change_key(CardState& card, const Apdu& apdu);
Answer compute_signature(CardState& card, const Apdu& apdu);
Answer internal_authenticate(CardState& card, const Apdu& apdu);
Answer set_public_key(CardState& card, const Apdu& apdu);
Answer set_session_key(CardState& card, const Apdu& apdu);
Answer get_challenge(CardState& card, const Apdu& apdu);
Answer get_data(CardState& card, const Apdu& apdu);
Answer get_response(CardState& card, const Apdu& apdu);

// Makes the EF current that P2 names (80 = the current one, 80|short identifier). 0 when there now is one.
std::uint16_t resolve_reference(CardState& card, std::uint8_t p2);

}  // namespace jpki::vcard
