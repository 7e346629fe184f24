// The user at a terminal: told on standard error, asked on /dev/tty, and able to stop the program by Ctrl-C.
#pragma once

#include "probe/session.hpp"

namespace jpki::probe {

// One for a process: it takes SIGINT, SIGTERM and SIGHUP for the wish to stop. A second one ends the program
// as ever.
class Console final : public User {
  public:
    Console();

    void tell(const std::string& lines) override;
    std::optional<char> ask(const std::string& question) override;
    bool wants_to_stop() override;
};

}  // namespace jpki::probe
