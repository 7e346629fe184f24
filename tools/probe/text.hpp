// What this program says to people besides its tables, in English or Japanese: the rows of texts.def.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::probe {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "texts.def"
#undef JPKI_TEXT
};

std::string_view text(Text row) noexcept;

template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return app::fill(text(row), arguments...);
}

}  // namespace jpki::probe
