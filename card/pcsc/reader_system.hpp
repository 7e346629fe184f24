// The way into this room: readers as pcscd offers them, behind the port of jpki/reader_port.hpp.
// Called by lib/entry/composition.cpp, examples/probe and tests; no PC/SC type shows here.
#pragma once

#include <memory>

#include "jpki/log.hpp"
#include "jpki/reader_port.hpp"

namespace jpki::card::pcsc {

// `log` must outlive the system and all that came from it. Makes no PC/SC call yet.
std::unique_ptr<ReaderSystem> make_pcsc_reader_system(Log& log);

}  // namespace jpki::card::pcsc
