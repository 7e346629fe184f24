// One use of the program, after its command line is understood: choose the reader, ask the user, run, and say
// how it ended. Takes the readers and the user as ports, so that tests bring their own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "probe/failure.hpp"
#include "probe/report.hpp"

namespace jpki::probe {

// Who sits in front of it.
class User {
  public:
    User() = default;
    User(const User&) = delete;
    User& operator=(const User&) = delete;
    virtual ~User() = default;

    virtual void tell(const std::string& lines) = 0;
    // The first letter of what is typed, in lower case; '\n' for nothing but Enter. Nothing: there is nobody
    // to ask.
    virtual std::optional<char> ask(const std::string& question) = 0;
    static constexpr char kInterrupted = '\x03';  // what ask() says of Ctrl-C
    virtual bool wants_to_stop() = 0;
};

struct RunOptions {
    std::string reader;  // empty: the one with a card in it
    bool yes = false;
};

struct Found {
    std::string reader;  // by its whole name, which is not for the report
    Surroundings surroundings;
    Run run;
};

using AtrOf = std::function<Bytes(const std::string& reader)>;

// Throws Failure where there can be no report.
Found ask_card(ReaderSystem& readers, const AtrOf& atr_of, User& user, const RunOptions& run_options,
               RetryPolicy retry = {});

}  // namespace jpki::probe
