// The ATR of the card in a reader, which card/pcsc does not pass on because nothing may be decided by it.
// Here it is told.
#pragma once

#include <string>

#include "waist/bytes.hpp"

namespace jpki::probe {

// As pcscd knows it, without a command to the card; empty when it cannot be had.
Bytes atr_of(const std::string& reader);

// Of the library that this program was built with.
std::string pcsc_lite_version();

}  // namespace jpki::probe
