// Why the program ends early: the exit status, what happened, and what to do about it.
#pragma once

#include <string>

namespace jpki::probe {

enum class Exit {
#define JPKI_EXIT(name, number, english, japanese) name = number,
#include "exit_codes.def"
#undef JPKI_EXIT
};

struct Failure {
    Exit exit;
    // For people, in their language; `advice` may be empty.
    std::string what;
    std::string advice{};
};

}  // namespace jpki::probe
