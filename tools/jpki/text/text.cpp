#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr Words kRows[] = {
#define JPKI_TEXT(id, english, japanese) {english, japanese},
#include "text/texts.def"
#undef JPKI_TEXT
};

}  // namespace

std::string_view text(Text row) noexcept { return kRows[static_cast<std::size_t>(row)].spoken(); }

}  // namespace jpki::app
