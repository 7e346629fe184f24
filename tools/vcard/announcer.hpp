// What jpki-vcard tells whoever has started it: where it waits, that the card is in, and, to a person, what
// to type next. Called by main.cpp. A PIN is shown on a terminal only, and only the one that every new card
// has.
#pragma once

#include "vcard/options.hpp"
#include "vcard/server.hpp"
#include "virtual/card.hpp"

namespace jpki::vcard {

void announce(News news, const Options& options, const Image& image);
// For the end of an error.
std::string taken_by_another(const Options& options);

}  // namespace jpki::vcard
