// Gives power back to a card that lies in the reader without any. pcscd never tries a second time by itself:
// one power-up that failed (a card at the edge of the field, a bad contact) keeps the card silent for every
// program until it is lifted. Used by connection.cpp; it never looks at what the card is.
#pragma once

#include <string>

#include "pcsc/pcsc_context.hpp"

namespace jpki::card::pcsc {

// Whether pcscd says by this error that the card has no power or did not answer when it got some.
bool is_without_power(const Error& error) noexcept;

struct Woken {
    SCARDHANDLE handle;
    DWORD protocol;
};

// Powers the card up, at most four times, 100 ms apart, and connects to it, sharing. Whoever else is
// connected sees a reset. Errors: card_mute when it does not answer; no_card, reader_busy and what else ends
// the tries.
Result<Woken> wake(PcscContext& context, const std::string& reader, TimePoint deadline) noexcept;

}  // namespace jpki::card::pcsc
