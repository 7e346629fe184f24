// One function of an OpenSSL that a program was built with and exports, without a version, as BoringSSL's
// would be.
#include <stdio.h>
#include <stdlib.h>

__attribute__((visibility("default"))) void EVP_MD_fetch(void);
void EVP_MD_fetch(void) {
    fprintf(stderr, "foreign: EVP_MD_fetch of the host program was called\n");
    abort();
}
