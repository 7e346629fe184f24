// SELECT (ISO 7816-4 §11.1.1), with what it does to the security status (JICSAP 2.0 part 5, §5.1.3 rules 2
// and 3).
#include <algorithm>

#include "virtual/commands.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint8_t kByFileId = 0x00;  // MF, DF or EF by identifier
constexpr std::uint8_t kEfUnderDf = 0x02;
constexpr std::uint8_t kByDfName = 0x04;
constexpr std::uint8_t kReturnFci = 0x00;
constexpr std::uint8_t kReturnNothing = 0x0C;
constexpr std::uint8_t kNextOccurrence = 0x02;

// FCI template 6F around DF name 84, or around file size 80 and identifier 83 (ISO 7816-4 §7.4).
Bytes fci(const Application& application) {
    const auto length = static_cast<std::uint8_t>(application.aid.size());
    Bytes out{0x6F, static_cast<std::uint8_t>(length + 2), 0x84, length};
    append(out, application.aid);
    return out;
}
Bytes fci(std::uint16_t id, std::size_t size) {
    return {0x6F,
            0x08,
            0x80,
            0x02,
            static_cast<std::uint8_t>((size >> 8U) & 0xFFU),
            static_cast<std::uint8_t>(size & 0xFFU),
            0x83,
            0x02,
            static_cast<std::uint8_t>(id >> 8U),
            static_cast<std::uint8_t>(id & 0xFFU)};
}

Answer answer_with(const Apdu& apdu, Bytes control_information) {
    if ((apdu.p2 & kReturnNothing) != 0 || apdu.ne == 0) return sw::kOk;
    return Answer(std::move(control_information));
}

// A right-truncated name selects the first application that it begins, or the next one after the current
// (ISO 7816-4 §11.1.1, JICSAP 4.2); no name at all selects the card manager (GlobalPlatform 2.3 §11.9). What
// cards answer to the last two has been asked, and not been told.
bool is_named(const Application& application, ByteView name) {
    return name.empty() ? application.name == kCardManager : starts_with(application.aid, name);
}

Answer select_application(CardState& card, const Apdu& apdu) {
    if (apdu.data.size() > 16) return sw::kWrongLength;
    const std::vector<Application>& all = card.image.applications;
    auto from = all.begin();
    if ((apdu.p2 & kNextOccurrence) != 0 && card.session.application) {
        from += static_cast<std::ptrdiff_t>(*card.session.application);
        from = is_named(*from, apdu.data) ? from + 1 : all.begin();
    }
    const auto at = std::find_if(from, all.end(), [&](const Application& application) {
        return is_named(application, apdu.data) && card.has(application);
    });
    if (at == all.end()) return sw::kFileNotFound;
    const auto index = static_cast<std::size_t>(at - all.begin());
    if (card.is(Switch::kOtherAid, "clears")) card.forget_others(index);
    if (card.is(Switch::kReselect, "clears")) card.forget(index);
    card.session.application = index;
    card.session.file.reset();
    card.session.fresh = false;
    return answer_with(apdu, fci(*at));
}

Answer select_file(CardState& card, const Apdu& apdu) {
    if (apdu.data.size() != 2) return sw::kWrongLength;
    const auto id = static_cast<std::uint16_t>((apdu.data[0] << 8U) | apdu.data[1]);
    const std::optional<std::size_t> found = card.find_file(id);
    if (!found) return sw::kFileNotFound;
    card.session.file = found;
    return answer_with(apdu, fci(id, card.content(*card.file()).size()));
}

}  // namespace

Answer select(CardState& card, const Apdu& apdu) {
    ++card.oracle.selects;
    const bool next = (apdu.p2 & kNextOccurrence) != 0;
    const unsigned returned = apdu.p2 & ~static_cast<unsigned>(kNextOccurrence);
    if (returned != kReturnFci && returned != kReturnNothing) return sw::kWrongP1P2;
    if (next && apdu.p1 != kByDfName) return sw::kWrongP1P2;
    switch (apdu.p1) {
        case kByDfName: return select_application(card, apdu);
        case kEfUnderDf: return select_file(card, apdu);
        case kByFileId:
            // There is no MF to go back to: 3F00 is not found, and the bare form does nothing.
            if (!apdu.data.empty()) return sw::kFileNotFound;
            return card.session.fresh ? sw::kWrongP1P2 : sw::kOk;
        default: return sw::kWrongP1P2;
    }
}

}  // namespace jpki::vcard
