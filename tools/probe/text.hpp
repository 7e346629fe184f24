// What this program says to people besides its tables, in English or Japanese: the rows of texts.def.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::probe {

#define JPKI_SENTENCES "probe/texts.def"
#include "common/sentences.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::probe
