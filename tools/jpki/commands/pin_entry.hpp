// Where a PIN comes from: the terminal, without echo; or a file or descriptor, for scripts. Never an
// argument, which everybody on the machine could read.
#pragma once

#include <string>

#include "commands/command.hpp"
#include "text/text.hpp"
#include "waist/secret.hpp"

namespace jpki::app {

struct PinOptions {
    std::string file;
    int descriptor = -1;

    // --pin-file and --pin-fd; of a PIN that is to come, --new-pin-file and --new-pin-fd.
    void add_to(Command command, bool fresh = false);
    [[nodiscard]] bool from_terminal() const { return file.empty() && descriptor < 0; }
};

// One line, without its end. Throws Failure: no terminal, an empty or an endless line, Ctrl-C.
SecretBytes enter_pin(const PinOptions& options, const std::string& question);
SecretBytes enter_pin(const PinOptions& options, Text question);

}  // namespace jpki::app
