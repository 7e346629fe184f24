#include <p11-kit/pkcs11.h>

#define JPKI_TABLE jpki_table_p11kit
#include "table.inc"
