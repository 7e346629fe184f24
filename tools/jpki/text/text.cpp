#include "text/text.hpp"

namespace jpki::app {

#define JPKI_SENTENCES "text/texts.def"
#include "common/sentences_table.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::app
