// The user's terminal, /dev/tty, whatever standard input and output are. Whatever ends the program while it
// asks, the terminal is put back as it was.
#pragma once

#include <string>
#include <string_view>

#include "common/waiting.hpp"
#include "text/text.hpp"
#include "waist/secret.hpp"

namespace jpki::app {

class Terminal {
  public:
    // Throws Failure(failed) where there is none.
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void show(std::string_view words) const;
    // What is typed is not shown. Throws Failure: Ctrl-C, nothing typed, or more than any PIN has.
    [[nodiscard]] SecretBytes ask_pin(std::string_view question) const;
    // What is typed is shown; may be empty. Throws Failure at Ctrl-C.
    [[nodiscard]] std::string ask(std::string_view question) const;

  private:
    Waiting::Pause pause_;  // it is the person who takes her time
    int file_;
};

// One line of a file, without its end; of a terminal as ask_pin(), for it may be one. Throws Failure: none,
// or more than any PIN has.
SecretBytes pin_from(int file, std::string_view question);

}  // namespace jpki::app
