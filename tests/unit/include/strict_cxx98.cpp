#include "jpki/cryptoki.h"
#include "named_value.h"

size_t jpki_cxx98_function_list_size() { return sizeof(CK_FUNCTION_LIST_3_2); }
