#include "jpki/cryptoki.h"
#include "named_value.h"

size_t jpki_c89_function_list_size(void) { return sizeof(CK_FUNCTION_LIST_3_2); }
