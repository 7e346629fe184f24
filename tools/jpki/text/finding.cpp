#include "text/finding.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kLines[] = {
#define JPKI_CURE(id, line) line,
#include "text/cures.def"
#undef JPKI_CURE
};
constexpr std::string_view kHarmless =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

}  // namespace

std::string_view line_of(Cure cure) noexcept { return kLines[static_cast<std::size_t>(cure)]; }

std::string shell_word(const std::string& word) {
    if (!word.empty() && word.find_first_not_of(kHarmless) == std::string::npos) return word;
    std::string safe = "'";
    for (const char one : word)
        safe += one == '\'' ? std::string(R"('\'')") : std::string(1, one);
    return safe + "'";
}

}  // namespace jpki::app
