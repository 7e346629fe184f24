// A card's tokens in words, and by the names that programs get.
#pragma once

#include <string>
#include <string_view>

#include "token/holder.hpp"

namespace jpki::app {

// "authentication", "signature" or "other".
std::string_view name_of(std::optional<KeyPurpose> purpose);
// As commands take it: "auth" or "sign".
std::string_view argument_of(const Token& token);

std::string title_of(const Token& token);
// How many tries the PIN has left, and what that means.
std::string tries_of(const Token& token);
// Where a locked PIN is reset.
std::string unlocking_of(const Token& token);
// "my_number", "juki", "android", "iphone", or "other": of a module that does not say.
std::string_view name_of_family(const std::optional<JPKI_TOKEN_STATUS>& status);
// By the vendor interface where there is one, otherwise as the token calls its model.
std::string family_of(const std::optional<JPKI_TOKEN_STATUS>& status, const std::string& model);

}  // namespace jpki::app
