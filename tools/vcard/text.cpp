#include "vcard/text.hpp"

namespace jpki::vcard {

#define JPKI_SENTENCES "vcard/texts.def"
#include "common/sentences_table.inc"
#undef JPKI_SENTENCES

}  // namespace jpki::vcard
