// What people read, in English or Japanese. The sentences are the rows of texts.def.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::app {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "text/texts.def"
#undef JPKI_TEXT
};

// The row's sentence as it stands.
std::string_view text(Text row) noexcept;

// The row's sentence with its {} filled in.
template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return app::fill(text(row), arguments...);
}

}  // namespace jpki::app
