#include "named_value.h"
#include "jpki/cryptoki.h"

size_t jpki_c89_function_list_size(void) { return sizeof(CK_FUNCTION_LIST_3_2); }
