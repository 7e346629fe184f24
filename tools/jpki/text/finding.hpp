// What was found out about card, reader or service, in the user's language: what is so, what to do, and the
// command line to type. Made by token/diagnosis.cpp and token/card_state.cpp; `jpki doctor` lists them, and
// every other command fails with the one that is in its way.
#pragma once

#include <string>

#include "common/words.hpp"

namespace jpki::app {

enum class Grade { good, note, problem };

struct Finding {
    std::string check;  // a word for programs, e.g. "service"
    Grade grade = Grade::good;
    std::string what;
    std::string advice;
    std::string command;  // of cures.def; empty: none helps

    // Advice and command, as lines.
    [[nodiscard]] std::string cure() const {
        return advice + (advice.empty() || command.empty() ? "" : "\n") +
               (command.empty() ? "" : "  " + command);
    }
};

// Command lines that are shown to be typed; tests/system/jpki_advice types each.
enum class Cure {
#define JPKI_CURE(id, line) id,
#include "text/cures.def"
#undef JPKI_CURE
};

std::string_view line_of(Cure cure) noexcept;

template <class... Arguments>
std::string type(Cure cure, const Arguments&... arguments) {
    return app::fill(line_of(cure), arguments...);
}

// As one word of a shell's command line.
std::string shell_word(const std::string& word);

}  // namespace jpki::app
