#include "token/card_state.hpp"

#include <winscard.h>

#include <algorithm>

#include "text/text.hpp"
#include "token/machine.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kNames[] = {"none", "foreign", "failing", "silent", "busy", "present"};
// What PC/SC part 3 makes of a card without contacts that has no ATR of its own: the standard, here FeliCa.
constexpr std::string_view kFelica = "A00000030611";

CardState state_of(CK_ULONG card) {
    switch (card) {
        case JPKI_CARD_NONE: return CardState::none;
        case JPKI_CARD_PRESENT: return CardState::present;
        case JPKI_CARD_SILENT: return CardState::silent;
        case JPKI_CARD_BUSY: return CardState::busy;
        case JPKI_CARD_FOREIGN: return CardState::foreign;
        default: return CardState::failing;
    }
}

// Another module than ours has no more to say.
CardState state_after(CK_RV rv) {
    switch (rv) {
        case CKR_OK: return CardState::present;
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_DEVICE_REMOVED: return CardState::none;
        case CKR_TOKEN_NOT_RECOGNIZED: return CardState::foreign;
        default: return CardState::failing;
    }
}

Finding problem(std::string what, std::string advice, std::string command = {}) {
    return {"card", Grade::problem, std::move(what), std::move(advice), std::move(command)};
}

Finding busy(const CardStatus& status, const std::string& reader) {
    const bool scdaemon = std::ranges::any_of(
        status.others, [](const std::string& one) { return one.starts_with("scdaemon "); });
    return problem(status.others.empty() ? say(Text::card_busy, reader)
                                         : say(Text::card_busy_by, reader, joined(status.others)),
                   say(scdaemon ? Text::advise_scdaemon : Text::advise_busy),
                   scdaemon ? type(Cure::end_scdaemon) : std::string());
}

Finding failing(const CardStatus& status, const std::string& reader) {
    if (status.code == static_cast<std::uint32_t>(SCARD_W_SECURITY_VIOLATION))
        return problem(say(Text::find_polkit), say(Text::advise_polkit), type(Cure::allow_session));
    return problem(status.code == 0 ? say(Text::card_failing, reader)
                                    : say(Text::card_failing_code, reader, text_of_code(status.code)),
                   say(Text::advise_silent));
}

}  // namespace

std::string_view name_of(CardState state) { return kNames[static_cast<std::size_t>(state)]; }

std::string text_of_code(std::uint32_t code) { return fmt::format("0x{:X}", code); }

CardStatus card_status(const Module& module, CK_SLOT_ID slot, CK_RV rv) {
    CardStatus found;
    if (const auto known = module.slot_status(slot)) {
        found.state = state_of(known->ulCard);
        found.code = static_cast<std::uint32_t>(known->ulCode);
    } else {
        found.state = state_after(rv);
    }
    if (found.state == CardState::busy) found.others = programs_with_pcsc();
    return found;
}

Finding finding_of(const CardStatus& status, const std::string& reader) {
    switch (status.state) {
        case CardState::none: return problem(say(Text::no_card), say(Text::put_card_in));
        case CardState::silent: return problem(say(Text::card_silent, reader), say(Text::advise_silent));
        case CardState::busy: return busy(status, reader);
        case CardState::foreign:
            return problem(
                say(status.atr.find(kFelica) == std::string::npos ? Text::card_foreign : Text::card_felica,
                    reader),
                say(Text::advise_foreign));
        default: return failing(status, reader);
    }
}

Failure failure_of(const CardStatus& status, const std::string& reader) {
    const Finding found = finding_of(status, reader);
    const bool no_card = status.state == CardState::none || status.state == CardState::foreign;
    return Failure(no_card ? Exit::no_card : Exit::failed, found.what, found.cure())
        .of("card", std::string(name_of(status.state)));
}

}  // namespace jpki::app
