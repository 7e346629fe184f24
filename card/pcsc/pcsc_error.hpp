// The one table from SCARD_* codes to errors (PC/SC part 5; pcsc-lite's pcsclite.h). Used by this room and by
// its tests; codes come as plain numbers, so that no PC/SC header is needed to ask.
#pragma once

#include <cstdint>
#include <source_location>

#include "waist/error.hpp"

namespace jpki::card::pcsc {

// What `code` means to us, with the code itself as detail. A code that is in no table is a transport error;
// success must not be asked for.
Error to_error(std::uint32_t code, std::source_location where = std::source_location::current()) noexcept;

// True when the table has a row for `code`.
bool is_known(std::uint32_t code) noexcept;

}  // namespace jpki::card::pcsc
