// The rules of waist/pin_rules.hpp for a token, and what is said of a PIN that breaks them.
#pragma once

#include <optional>

#include "text/text.hpp"
#include "token/holder.hpp"
#include "waist/pin_rules.hpp"

namespace jpki::app {

// By what the token says of its PIN, and by its purpose.
PinShape shape_of(const Token& token);

// What is wrong with a PIN that is to come; nothing where nothing is.
std::optional<Text> words_for(const Token& token, PinFlaw flaw);

}  // namespace jpki::app
