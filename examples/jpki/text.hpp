// What people read, in English or Japanese. The sentences are the rows of texts.def.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/language.hpp"

namespace jpki::app {

enum class Text {
#define JPKI_TEXT(id, english, japanese) id,
#include "texts.def"
#undef JPKI_TEXT
};

// The row's sentence as it stands.
std::string_view text(Text row) noexcept;

// The row's sentence with its {} filled in.
template <class... Arguments>
std::string say(Text row, const Arguments&... arguments) {
    return fmt::vformat(text(row), fmt::make_format_args(arguments...));
}

// Why a system call failed, for the end of a sentence.
std::string reason_of(int error);

}  // namespace jpki::app
