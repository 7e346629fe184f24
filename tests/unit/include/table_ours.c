#include "jpki/cryptoki.h"

#define JPKI_TABLE jpki_table_ours
#include "table.inc"
