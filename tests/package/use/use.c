/* Asks the installed module for its vendor interface, by the installed headers. */
#include <dlfcn.h>
#include <jpki/cryptoki.h>
#include <jpki/jpki_pkcs11.h>
#include <stdio.h>

int main(void) {
    void* module = dlopen(MODULE, RTLD_NOW);
    CK_C_GetInterface get_interface;
    CK_INTERFACE* found = NULL;
    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void**)&get_interface = dlsym(module, "C_GetInterface");
    if (get_interface == NULL ||
        get_interface((CK_UTF8CHAR*)JPKI_INTERFACE_NAME, NULL, &found, 0) != CKR_OK || found == NULL)
        return 1;
    printf("%s\n", (const char*)found->pInterfaceName);
    return 0;
}
