#include "text.hpp"

namespace jpki::app {

namespace {

struct Row {
    std::string_view english;
    std::string_view japanese;
};

constexpr Row kRows[] = {
#define JPKI_TEXT(id, english, japanese) {english, japanese},
#include "texts.def"
#undef JPKI_TEXT
};

}  // namespace

std::string_view text(Text row) noexcept {
    const Row& both = kRows[static_cast<std::size_t>(row)];
    return spoken() == Language::japanese ? both.japanese : both.english;
}

}  // namespace jpki::app
