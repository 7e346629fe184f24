#include "document/pasted.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "waist/visible.hpp"

namespace jpki::app {

namespace {

constexpr char32_t kNoLetter = 0xFFFD;

struct Range {
    char32_t first;
    char32_t last;
};

// What is one thing for people and several for computers: first to last become `to`, where 0 is nothing at
// all.
struct Fold {
    char32_t first;
    char32_t last;
    char32_t to;
};
constexpr Fold kFolds[] = {
    // not seen
    {0xAD, 0xAD, 0},
    {0x34F, 0x34F, 0},
    {0x61C, 0x61C, 0},
    {0x180E, 0x180E, 0},
    {0x200B, 0x200F, 0},
    {0x202A, 0x202E, 0},
    {0x2060, 0x206F, 0},
    {0xFE00, 0xFE0F, 0},
    {0xFEFF, 0xFEFF, 0},
    {0xFFF9, 0xFFFB, 0},
    // blanks and line ends
    {U'\t', U'\r', U' '},
    {0x85, 0x85, U' '},
    {0xA0, 0xA0, U' '},
    {0x1680, 0x1680, U' '},
    {0x2000, 0x200A, U' '},
    {0x2028, 0x2029, U' '},
    {0x202F, 0x202F, U' '},
    {0x205F, 0x205F, U' '},
    {0x2800, 0x2800, U' '},
    {0x3000, 0x3000, U' '},
    {0x3164, 0x3164, U' '},
    // hyphens, colons
    {0x2010, 0x2015, U'-'},
    {0x2043, 0x2043, U'-'},
    {0x2212, 0x2212, U'-'},
    {0x2500, 0x2501, U'-'},
    {0xFE58, 0xFE58, U'-'},
    {0xFE63, 0xFE63, U'-'},
    {0x2236, 0x2236, U':'},
    {0xA789, 0xA789, U':'},
    {0xFE13, 0xFE13, U':'},
    {0xFE55, 0xFE55, U':'},
};

// What may stand between digits or around them: colons, hyphens, dots, quotes and brackets of any script.
constexpr Range kMarks[] = {
    {U' ', U' '},     {U'"', U'#'},     {U'\'', U'*'},    {U',', U'.'},     {U':', U'<'},
    {U'>', U'>'},     {U'[', U'`'},     {U'{', U'{'},     {U'}', U'}'},     {0xAB, 0xAB},
    {0xB4, 0xB4},     {0xB7, 0xB7},     {0xBB, 0xBB},     {0x2BC, 0x2BC},   {0x2016, 0x2027},
    {0x2030, 0x205E}, {0x3001, 0x3003}, {0x3008, 0x3011}, {0x3014, 0x301F}, {0x30A0, 0x30A0},
    {0x30FB, 0x30FC}, {0xFE10, 0xFE19}, {0xFE30, 0xFE6F}, {0xFF5F, 0xFF65}, {0xFF70, 0xFF70},
};

// Signs that look like a digit, those of ASCII in small letters. What is meant, only who sees the source can
// tell.
struct LookAlike {
    char digit;
    LettersView letters;
};
constexpr LookAlike kLookAlikes[] = {
    {'0', U"o\u00BA\u00D8\u00F8\u039F\u03BF\u041E\u043E\u0555\u0585\u25CB\u25EF\u3007"},
    {'1', U"il|!\u0131\u0399\u03B9\u0406\u0456\u04C0\u04CF\u2160\u2170\u217C"},
    {'2', U"z"},
    {'5', U"s\u0405\u0455"},
    {'8', U"\u0222"},
    {'A', U"\u0391\u03B1\u0410\u0430"},
    {'B', U"\u00DF\u0392\u03B2\u0412\u0432"},
    {'C', U"\u03F2\u0421\u0441\u216D\u217D"},
    {'D', U"\u216E\u217E"},
    {'E', U"\u0395\u0415\u0435"},
};

char32_t folded(char32_t one) {
    if (one >= 0xFF01 && one <= 0xFF5E) return one - 0xFEE0;  // ASCII in full width
    for (const Fold& row : kFolds)
        if (one >= row.first && one <= row.last) return row.to;
    return one;
}

}  // namespace

Letters letters_of(std::string_view text) {
    Letters letters;
    while (!text.empty()) {
        const CodePoint point = code_point_of(text);
        const char32_t one = point.size == 0 || point.value == 0 ? kNoLetter : folded(point.value);
        if (one != 0) letters += one;
        text.remove_prefix(std::max<std::size_t>(point.size, 1));
    }
    return letters;
}

Letters small(Letters letters) {
    for (char32_t& one : letters)
        if (one >= U'A' && one <= U'Z') one += U'a' - U'A';
    return letters;
}

bool is_digit(char32_t one) { return (one >= U'0' && one <= U'9') || (one >= U'a' && one <= U'f'); }

bool is_mark(char32_t one) {
    return std::ranges::any_of(kMarks,
                               [one](Range range) { return one >= range.first && one <= range.last; });
}

std::optional<char> resembled(char32_t one) {
    for (const LookAlike& row : kLookAlikes)
        if (row.letters.find(one) != LettersView::npos) return row.digit;
    return std::nullopt;
}

std::string shown(char32_t one) {
    if (one > U' ' && one < 0x7F) return std::string(1, static_cast<char>(one));
    const std::string number = fmt::format("U+{:04X}", static_cast<std::uint32_t>(one));
    const bool seen = one >= 0x3040 && one < 0xA000;  // kana, kanji
    if (!seen && !resembled(one)) return number;
    std::string bytes;
    if (one < 0x800) {
        bytes = {static_cast<char>(0xC0U | (one >> 6U)), static_cast<char>(0x80U | (one & 0x3FU))};
    } else {
        bytes = {static_cast<char>(0xE0U | (one >> 12U)), static_cast<char>(0x80U | ((one >> 6U) & 0x3FU)),
                 static_cast<char>(0x80U | (one & 0x3FU))};
    }
    return seen ? bytes : bytes + " (" + number + ")";
}

}  // namespace jpki::app
