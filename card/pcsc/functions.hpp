// PC/SC as a table of functions, and the one that libpcsclite fills. We live in other people's programs, and
// some of them (FreeRDP) export functions of these names that lead elsewhere: so nothing is left to the
// linker. Used by this room and by programs that ask pcscd themselves; tests bring tables of their own.
#pragma once

#include <winscard.h>

#include "waist/log.hpp"

namespace jpki::card::pcsc {

struct Functions {
#define JPKI_PCSC_FUNCTION(name) decltype(&::name) name = nullptr;
#include "pcsc/functions.def"
#undef JPKI_PCSC_FUNCTION
};

// Loaded at the first call and for the life of the process: connections end in its exit handlers. Null where
// there is no such library, which the log says, and what to install.
const Functions* libpcsclite(Log& log);

}  // namespace jpki::card::pcsc
