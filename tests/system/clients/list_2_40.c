// A module that is the one named by JPKI_CLIENTS_MODULE, but for its interfaces of PKCS#11 3.x. Only for the
// runs of NSS programs through OpenSC's spy: NSS asks for an interface that no module has to have, and the
// spy (0.23) then reads the answer although there was none, and crashes.
#include <dlfcn.h>
#include <stdlib.h>

typedef unsigned long (*get_function_list)(void** list);

__attribute__((visibility("default"))) unsigned long C_GetFunctionList(void** list) {
    const unsigned long general_error = 5;
    const char* path = getenv("JPKI_CLIENTS_MODULE");
    void* module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void* symbol = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
    if (symbol == NULL) return general_error;
    return (*(get_function_list*)&symbol)(list);
}
