// What this program says to people besides its tables, in English or Japanese: the rows of texts.def.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/language.hpp"

namespace jpki::probe {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "texts.def"
#undef JPKI_TEXT
};

std::string_view text(Text row) noexcept;

template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return fmt::vformat(text(row), fmt::make_format_args(arguments...));
}

}  // namespace jpki::probe
