// What is with the card in a reader, in the words of the vendor interface: made from how the last work on it
// ended. Used by Token; it asks nobody and knows no reader.
#pragma once

#include <cstdint>

#include "waist/error.hpp"

namespace jpki::p11 {

// The values are those of JPKI_CARD_... in jpki_pkcs11.h.
enum class CardState : std::uint8_t { none, present, silent, busy, foreign, failing };

struct CardStatus {
    CardState state = CardState::none;
    std::uint32_t code = 0;  // as Error::detail
};

// What a failure says of a card that is still in its reader. Most say nothing against it: a wrong PIN, for
// one.
constexpr CardState state_after(Errc failure) {
    switch (failure) {
        case Errc::card_mute:
        case Errc::timed_out: return CardState::silent;
        case Errc::reader_busy: return CardState::busy;
        case Errc::not_jpki: return CardState::foreign;
        case Errc::service_unavailable:
        case Errc::access_denied:
        case Errc::reader_gone:
        case Errc::transport:
        case Errc::card_reset:
        case Errc::card_failure:
        case Errc::malformed_answer: return CardState::failing;
        default: return CardState::present;
    }
}

}  // namespace jpki::p11
