#include "common/language.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

namespace jpki::app {

namespace {

Language g_language = Language::english;

}  // namespace

Language language_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it here
        if (value == nullptr || *value == '\0') continue;
        std::string locale(value);
        std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return std::tolower(c); });
        const bool utf8 =
            locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
        return locale.starts_with("ja") && utf8 ? Language::japanese : Language::english;
    }
    return Language::english;
}

void choose_language(int argc, char** argv) {
    speak(language_of_environment());
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const std::string_view next = i + 1 < argc ? argv[i + 1] : "";
        if (word == "--language=ja" || (word == "--language" && next == "ja")) speak(Language::japanese);
        if (word == "--language=en" || (word == "--language" && next == "en")) speak(Language::english);
    }
}

void speak(Language language) noexcept { g_language = language; }
Language spoken() noexcept { return g_language; }

}  // namespace jpki::app
