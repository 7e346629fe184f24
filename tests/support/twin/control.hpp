// The commands of a reader's control socket (../control_lines.hpp). Called by main.cpp. It only writes down
// what is to go wrong; the reader does it.
//
//   remove, insert     the card leaves and comes back
//   mute-up N [OFFS]   the next N power-ups are answered ICC_MUTE; with OFFS, from so many power-offs on
//   empty MS [OFFS]    the slot reads empty for so long after each power-off, from the OFFSth on (the next)
//   wrong-check N      every Nth block of the card has a wrong check (EDC); 0: none
//   patience MS        a card that works longer asks for more time (WTX), MS apart (faults.hpp)
//   slow US            each byte to and from the card takes so many microseconds
//   refuse-pps         the card does not agree to another speed
//   mute N             the Nth command from now (1: the next) is executed, but not answered
//   lose N             likewise, and then the card is gone (until insert)
//   release            ends all of these but `remove`
//   status             as JSON: the card, and what has been counted
#pragma once

#include <string>

#include "reader.hpp"

namespace jpki::testing::twin {

std::string control_answer(Reader& reader, const std::string& line);

}  // namespace jpki::testing::twin
