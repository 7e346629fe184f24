// PC/SC as a table of functions, and the one that libpcsclite fills. We live in other people's programs, and
// some of them (FreeRDP) export functions of these names that lead elsewhere: so nothing is left to the
// linker. Used by this room and by programs that ask pcscd themselves; tests bring tables of their own.
#pragma once

#include <winscard.h>

#include <cstdint>

#include "waist/log.hpp"

namespace jpki::card::pcsc {

// LONG has 64 bits on Linux and 32 elsewhere; the codes have 32.
constexpr std::uint32_t number(LONG code) { return static_cast<std::uint32_t>(code); }

struct Functions {
#define JPKI_PCSC_FUNCTION(name) decltype(&::name) name = nullptr;
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
};

// Loaded at the first call and for the life of the process: connections end in its exit handlers. Null where
// there is no such library, which the log says, and what to install.
const Functions* libpcsclite(Log& log);

}  // namespace jpki::card::pcsc
