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
unsigned threads_at_start;

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
    return get((CK_UTF8CHAR*)name, &version, &found, 0) == CKR_OK ? found->pFunctionList : NULL;
}

static void open_library(const char* path) {
    threads_at_start = count_threads();
    module_path = path == NULL ? "(no module given)" : path;
    module_library = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module_library == NULL) give_up(path == NULL ? "usage: PROGRAM MODULE" : dlerror());
}

void load_module(const char* path) {
    CK_C_GetInterface get = NULL;
    open_library(path);
    find_symbol("C_GetInterface", &get);
    p11 = list_of(get, 3, 2);
    p11_3_0 = list_of(get, 3, 0);
    p11_2_40 = list_of(get, 2, 40);
    if (p11 == NULL || p11_3_0 == NULL || p11_2_40 == NULL) give_up("an interface is missing");
}

void load_wrapper(const char* path) {
    static CK_FUNCTION_LIST_3_2 newest;
    static CK_FUNCTION_LIST_3_0 newer;
    CK_C_GetFunctionList get_list = NULL;
    open_library(path);
    find_symbol("C_GetFunctionList", &get_list);
    if (get_list(&p11_2_40) != CKR_OK) give_up("no function list");
    void* get_interface = dlsym(module_library, "C_GetInterface");
    CK_C_GetInterface get = NULL;
    memcpy(&get, &get_interface, sizeof(get));
    const void* list_3_0 = get == NULL ? NULL : list_of(get, 3, 0);
    // Each list begins as the one before it.
    memcpy(&newer, list_3_0 == NULL ? (const void*)p11_2_40 : list_3_0,
           list_3_0 == NULL ? sizeof(*p11_2_40) : sizeof(newer));
    memcpy(&newest, &newer, sizeof(newer));
    p11_3_0 = &newer;
    p11 = &newest;
}
