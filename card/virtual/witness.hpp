// The commands that somebody's real card has answered, as public sources tell; whatever else a card answers
// is a guess. Asked by commands.cpp for every command whose class byte is understood. It only knows: it
// neither counts nor refuses.
#pragma once

#include "virtual/apdu.hpp"
#include "virtual/card_state.hpp"

namespace jpki::vcard {

bool is_witnessed(const CardState& card, const Apdu& apdu);
// Of the instruction, in whatever form.
bool is_witnessed_instruction(std::uint8_t ins);

}  // namespace jpki::vcard
