// What jpki-vcard says to people, in the language of the environment: the rows of texts.def. Of the program,
// not of the card.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::vcard {

#define JPKI_SENTENCES "vcard/texts.def"
#include "common/sentences.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::vcard
