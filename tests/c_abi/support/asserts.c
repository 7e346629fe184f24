#include <string.h>

#include "support/module.h"
#include "support/process.h"

void assert_rv_at(CK_RV actual, CK_RV expected, const char* call, const char* file, int line) {
    if (actual == expected) return;
    print_error("%s\n    answered 0x%lx, expected 0x%lx\n", call, actual, expected);
    _fail(file, line);
}

int is_padded(const CK_UTF8CHAR* field, size_t size, const char* text) {
    const size_t length = strlen(text);
    if (length > size || memcmp(field, text, length) != 0) return 0;
    for (size_t i = length; i < size; ++i)
        if (field[i] != ' ') return 0;
    return 1;
}

int initialized(void** state) {
    (void)state;
    return p11->C_Initialize(NULL) == CKR_OK ? 0 : -1;
}

int finalized(void** state) {
    (void)state;
    (void)p11->C_Finalize(NULL);
    // The module's threads end a moment after C_Finalize; what OpenSSL keeps for each is freed only then.
    (void)count_threads_steady(threads_at_start);
    return 0;
}
