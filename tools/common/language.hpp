// The language in which the programs of tools/ speak to people: English or Japanese.
#pragma once

namespace jpki::app {

enum class Language { english, japanese };

// Of LC_ALL, LC_MESSAGES and LANG the first that is set decides (POSIX, XBD 8.2). Japanese where it begins
// with "ja" and its character set is UTF-8: to another one, or to none, English is the only readable choice.
Language language_of_environment();

// The environment's, or what --language names. Before the command line is read, since its help is in a
// language, too.
void choose_language(int argc, char** argv);

void speak(Language language) noexcept;
Language spoken() noexcept;

}  // namespace jpki::app
