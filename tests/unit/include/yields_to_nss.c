#include <pkcs11.h>

#include "named_value.h"
#include "jpki/cryptoki.h"

size_t jpki_initialize_args_size_after_nss(void) { return sizeof(CK_C_INITIALIZE_ARGS); }
