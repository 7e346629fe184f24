#include "probe/text.hpp"

namespace jpki::probe {

#define JPKI_SENTENCES "probe/texts.def"
#include "common/sentences_table.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::probe
