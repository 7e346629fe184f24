// What this process found out about cards and need not find out again: remembered by their identity, across
// C_Finalize, for the life of the process. Used by KnownCard alone; never destroyed; holds hashes only.
#pragma once

#include <optional>

#include "waist/bytes.hpp"

namespace jpki::p11::card_memory {

// Whether the card of this identity makes PSS signatures, once that is certain.
std::optional<bool> knows_pss(ByteView identity);
void remember_pss(ByteView identity, bool known);

// As at the start of the process; for tests that play several processes in one.
void forget_all();

}  // namespace jpki::p11::card_memory
