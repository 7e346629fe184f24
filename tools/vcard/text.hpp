// What jpki-vcard says to people, in the language of the environment: the rows of texts.def. Of the program,
// not of the card.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::vcard {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "vcard/texts.def"
#undef JPKI_TEXT
};

std::string_view text(Text row) noexcept;

template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return app::fill(text(row), arguments...);
}

}  // namespace jpki::vcard
