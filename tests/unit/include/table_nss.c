#include <pkcs11.h>

#define JPKI_HEADER_IS_NSS 1
#define JPKI_TABLE jpki_table_nss
#include "table.inc"

size_t jpki_nss_initialize_args_size(void) { return sizeof(CK_C_INITIALIZE_ARGS); }
