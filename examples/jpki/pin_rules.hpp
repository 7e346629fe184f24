// What a PIN looks like, judged before anything is sent. The card itself may take what its holder could
// never type elsewhere.
#pragma once

#include <optional>

#include "holder.hpp"
#include "jpki/secret.hpp"
#include "text.hpp"

namespace jpki::app {

// Letters of the signature password in capitals, as every card has them.
void to_card_form(Purpose purpose, SecretBytes& pin);

// Whether it could be the PIN: its length and its characters, in the card's form.
bool could_be(const KeySeat& seat, const SecretBytes& pin);

// What is wrong with a PIN that is to come, in the card's form.
std::optional<Text> flaw_of(const KeySeat& seat, const SecretBytes& fresh);

}  // namespace jpki::app
