#include "support/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/process.h"

CK_FUNCTION_LIST_3_2* p11;
CK_FUNCTION_LIST_3_0* p11_3_0;
CK_FUNCTION_LIST* p11_2_40;
void* module_library;
const char* module_path;
static unsigned threads_at_start;

static void give_up(const char* what) {
    (void)fprintf(stderr, "%s: %s\n", module_path, what);
    exit(3);
}

void find_symbol(const char* name, void* function) {
    void* found = dlsym(module_library, name);
    if (found == NULL) give_up(name);
    // ISO C has no conversion between the two kinds of pointers.
    memcpy(function, &found, sizeof(found));
}

static void* list_of(CK_C_GetInterface get, CK_BYTE major, CK_BYTE minor) {
    CK_VERSION version = {major, minor};
    CK_INTERFACE* found = NULL;
    char name[] = "PKCS 11";
    if (get((CK_UTF8CHAR*)name, &version, &found, 0) != CKR_OK) give_up("an interface is missing");
    return found->pFunctionList;
}

void load_module(const char* path) {
    CK_C_GetInterface get = NULL;
    threads_at_start = count_threads();
    module_path = path == NULL ? "(no module given)" : path;
    module_library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module_library == NULL) give_up(path == NULL ? "usage: PROGRAM MODULE" : dlerror());
    find_symbol("C_GetInterface", &get);
    p11 = list_of(get, 3, 2);
    p11_3_0 = list_of(get, 3, 0);
    p11_2_40 = list_of(get, 2, 40);
}

void assert_rv_at(CK_RV actual, CK_RV expected, const char* call, const char* file, int line) {
    if (actual == expected) return;
    print_error("%s\n    answered 0x%lx, expected 0x%lx\n", call, actual, expected);
    _fail(file, line);
}

int initialized(void** state) {
    (void)state;
    return p11->C_Initialize(NULL) == CKR_OK ? 0 : -1;
}

int finalized(void** state) {
    (void)state;
    (void)p11->C_Finalize(NULL);
    // The module's threads end a moment after C_Finalize; what OpenSSL keeps for each is freed only then.
    (void)count_threads_settled(threads_at_start);
    return 0;
}

int is_padded(const CK_UTF8CHAR* field, size_t size, const char* text) {
    const size_t length = strlen(text);
    if (length > size || memcmp(field, text, length) != 0) return 0;
    for (size_t i = length; i < size; ++i)
        if (field[i] != ' ') return 0;
    return 1;
}
