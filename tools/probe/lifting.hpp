// Counts how often a card is laid on the reader, and whether it answers each time. Used by guide.cpp; sends
// one SELECT each time, behind the guard.
#pragma once

#include "probe/guide.hpp"

namespace jpki::probe {

constexpr unsigned kLifts = 10;

// "10 laid, 10 answered, slowest 320 ms"
std::string count_lifting(ReaderContext& context, const std::string& reader, User& user,
                          const Guidance& guidance);

}  // namespace jpki::probe
