// See text.hpp.
#include "vcard/text.hpp"

namespace jpki::vcard {
namespace {

constexpr app::Words kRows[] = {
#define JPKI_TEXT(id, english, japanese) {english, japanese},
#include "vcard/texts.def"
#undef JPKI_TEXT
};

}  // namespace

std::string_view text(Text row) noexcept { return kRows[static_cast<std::size_t>(row)].spoken(); }

}  // namespace jpki::vcard
