#include "text.hpp"

#include <cerrno>
#include <system_error>

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

std::string reason_of(int error) {
    switch (error) {
#define JPKI_REASON(code, in_english, in_japanese) \
    case code:                                     \
        return spoken() == Language::japanese ? in_japanese : in_english;
#include "reasons.def"
#undef JPKI_REASON
        default: return std::generic_category().message(error);
    }
}

}  // namespace jpki::app
