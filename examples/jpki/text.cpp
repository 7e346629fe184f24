#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

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

Language g_language = Language::english;

}  // namespace

Language language_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        std::string locale(value);
        std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return std::tolower(c); });
        const bool utf8 =
            locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
        return locale.starts_with("ja") && utf8 ? Language::japanese : Language::english;
    }
    return Language::english;
}

void speak(Language language) noexcept { g_language = language; }
Language spoken() noexcept { return g_language; }

std::string_view text(Text row) noexcept {
    const Row& both = kRows[static_cast<std::size_t>(row)];
    return g_language == Language::japanese ? both.japanese : both.english;
}

}  // namespace jpki::app
