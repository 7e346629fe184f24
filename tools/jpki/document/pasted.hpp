// The letters of a text that somebody has pasted, with the many forms of blanks, hyphens and ASCII in one.
// Called by fingerprint.cpp. It knows what a hexadecimal digit is and what only looks like one; it replaces
// neither.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jpki::app {

using Letters = std::u32string;
using LettersView = std::u32string_view;

// Of UTF-8, U+FFFD for what is none. Full-width letters are those of ASCII, each blank a space, each hyphen
// "-", each colon
// ":"; what is not seen is left out.
Letters letters_of(std::string_view text);
// ASCII's in small.
Letters small(Letters letters);

// These take small letters.
bool is_digit(char32_t one);
// What may stand between digits or around them: blanks, colons, hyphens, dots, quotes, brackets.
bool is_mark(char32_t one);
// The digit for which people take it who read, or who copy by hand.
std::optional<char> resembled(char32_t one);

// For a message: a look-alike with its number in Unicode, what a terminal may not show or would act upon by
// that only.
std::string shown(char32_t one);

}  // namespace jpki::app
