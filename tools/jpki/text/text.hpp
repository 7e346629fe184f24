// What people read, in English or Japanese. The sentences are the rows of texts.def.
#pragma once

#include <string>
#include <string_view>

#include "common/words.hpp"

namespace jpki::app {

#define JPKI_SENTENCES "text/texts.def"
#include "common/sentences.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::app
