// The way into this room: readers as pcscd offers them, behind the port of waist/reader_port.hpp.
// Called by lib/entry/composition.cpp, tools/probe and tests; no PC/SC type shows here.
#pragma once

#include <memory>

#include "waist/log.hpp"
#include "waist/reader_port.hpp"

namespace jpki::card::pcsc {

struct Functions;

// `log` and `functions` must outlive the system and all that came from it. Makes no PC/SC call yet. Without
// functions (functions.hpp) no context can be opened: service_unavailable.
std::unique_ptr<ReaderSystem> make_pcsc_reader_system(Log& log, const Functions* functions);

}  // namespace jpki::card::pcsc
