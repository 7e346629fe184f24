// READ BINARY (ISO 7816-4 §11.2.3), READ RECORD (§11.3.3), GET DATA (§11.4.3), GET CHALLENGE and GET
// RESPONSE.
#include <algorithm>

#include "virtual/commands.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint8_t kShortIdForm = 0x80;

Answer end_of_file(const CardState& card, Bytes available) {
    if (card.is(Switch::kShortRead, "6282")) return Answer(std::move(available), sw::kEndOfFile);
    if (card.is(Switch::kShortRead, "6cxx")) {
        return static_cast<std::uint16_t>(sw::kWrongLe | (available.size() & 0xFFU));
    }
    return Answer(std::move(available));
}

// The objects belong to the card manager, which is what answers after power-up.
bool has_object(const CardState& card, std::uint16_t tag) {
    constexpr std::uint16_t kContactAtr = 0x5F51;
    constexpr std::uint16_t kLowerCertificate = 0x7F21;
    const bool at_manager = card.where().empty() || card.where() == kCardManager;
    if (tag == kLowerCertificate && card.is(Switch::kLowerCertificate, "absent")) return false;
    if (tag != kContactAtr || card.is(Switch::kContactAtr, "power-on")) return at_manager;
    return card.is(Switch::kContactAtr, "anywhere") || !at_manager;
}

}  // namespace

Answer read_binary(CardState& card, const Apdu& apdu) {
    if (apdu.iso_case != ApduCase::k2) return sw::kWrongLength;
    std::size_t offset = apdu.p1p2();
    if ((apdu.p1 & kShortIdForm) != 0) {
        // P1=80 would be short identifier 0, which names no file (ISO 7816-4 §7.3.2).
        if (apdu.p1 == kShortIdForm) return sw::kWrongP1P2;
        if (const std::uint16_t wrong = resolve_reference(card, apdu.p1); wrong != 0) return wrong;
        offset = apdu.p2;
    }
    const File* file = card.file();
    if (file == nullptr) return sw::kNoCurrentFile;
    if (file->kind != FileKind::kTransparent) return sw::kWrongFileKind;
    if (!card.may_use(*file)) return sw::kSecurityStatus;
    const Bytes content = card.content(*file);
    if (offset >= content.size()) return sw::kOutsideFile;
    Bytes part = to_bytes(slice(content, offset, apdu.ne));
    if (part.size() < apdu.ne) return end_of_file(card, std::move(part));
    return Answer(std::move(part));
}

Answer read_record(CardState& card, const Apdu& apdu) {
    constexpr std::uint8_t kByNumber = 0x04;
    if (apdu.iso_case != ApduCase::k2) return sw::kWrongLength;
    if ((apdu.p2 & 0x07U) != kByNumber) return sw::kWrongP1P2;
    const auto reference = static_cast<std::uint8_t>(kShortIdForm | (apdu.p2 >> 3U));
    if (const std::uint16_t wrong = resolve_reference(card, reference); wrong != 0) return wrong;
    const File& file = *card.file();
    if (file.kind != FileKind::kRecord) return sw::kWrongFileKind;
    if (!card.may_use(file)) return sw::kSecurityStatus;
    if (apdu.p1 != 1) return sw::kRecordNotFound;
    return Answer(to_bytes(slice(file.body, 0, apdu.ne)));
}

Answer get_data(CardState& card, const Apdu& apdu) {
    if (apdu.iso_case != ApduCase::k2) return sw::kWrongLength;
    if (!has_object(card, apdu.p1p2())) return sw::kReferenceNotFound;
    for (const Application& application : card.image.applications) {
        for (const File& file : application.files) {
            if (file.kind != FileKind::kObject || file.id != apdu.p1p2()) continue;
            if (file.body.size() > apdu.ne) return sw::kWrongLength;
            return Answer(file.body);
        }
    }
    return sw::kReferenceNotFound;
}

Answer get_challenge(CardState&, const Apdu& apdu) {
    if (apdu.p1p2() != 0) return sw::kWrongP1P2;
    if (apdu.extended) return sw::kConditionsOfUse;
    if (apdu.iso_case != ApduCase::k2) return sw::kWrongLength;
    return Answer(random_bytes(apdu.ne));
}

Answer get_response(CardState& card, const Apdu& apdu) {
    if (card.is(Switch::kGetResponse, "no")) return sw::kUnknownInstruction;
    if (apdu.p1p2() != 0) return sw::kWrongP1P2;
    if (apdu.iso_case != ApduCase::k2) return sw::kWrongLength;
    Bytes& pending = card.session.pending;
    if (pending.empty()) return sw::kConditionsOfUse;
    Answer answer(to_bytes(slice(pending, 0, apdu.ne)));
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(answer.data.size()));
    if (!pending.empty()) {
        answer.sw =
            static_cast<std::uint16_t>(sw::kBytesRemaining | (pending.size() > 255 ? 0U : pending.size()));
    }
    return answer;
}

}  // namespace jpki::vcard
