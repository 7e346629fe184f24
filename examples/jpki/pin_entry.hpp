// Where a PIN comes from: the terminal, without echo; or a file or descriptor, for scripts. Never an
// argument, which everybody on the machine could read.
#pragma once

#include <string>

#include "command.hpp"
#include "jpki/secret.hpp"
#include "text.hpp"

namespace jpki::app {

struct PinOptions {
    std::string file;
    int descriptor = -1;

    void add_to(CLI::App& command);
};

// One line, without its end. Throws Failure: no terminal, an empty or an endless line, Ctrl-C.
SecretBytes enter_pin(const PinOptions& options, Text question);

}  // namespace jpki::app
