#include <pkcs11.h>

#include "jpki/cryptoki.h"
#include "named_value.h"

size_t jpki_initialize_args_size_after_nss(void) { return sizeof(CK_C_INITIALIZE_ARGS); }
