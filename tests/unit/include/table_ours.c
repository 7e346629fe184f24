#include "pkcs11/cryptoki.h"

#define JPKI_TABLE jpki_table_ours
#include "table.inc"
