// What people read, in English or Japanese. The sentences are the rows of texts.def.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace jpki::app {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "texts.def"
#undef JPKI_TEXT
};

enum class Language { english, japanese };

// Of LC_ALL, LC_MESSAGES and LANG the first that is set decides (POSIX, XBD 8.2). Japanese where it begins
// with "ja" and its character set is UTF-8: to another one, or to none, English is the only readable choice.
Language language_of_environment();

void speak(Language language) noexcept;
Language spoken() noexcept;

// The row's sentence as it stands.
std::string_view text(Text row) noexcept;

// The row's sentence with its {} filled in.
template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return fmt::vformat(text(row), fmt::make_format_args(arguments...));
}

}  // namespace jpki::app
