// PC/SC's functions as a host program may have them for itself: FreeRDP's library exports all of these names,
// and what they do is to ask a remote computer. Whoever calls one here by mistake ends, saying so.
#include <stdio.h>
#include <stdlib.h>

static void taken_for_pcsc(const char* name) {
    fprintf(stderr, "foreign: %s of the host program was called\n", name);
    abort();
}

#define JPKI_PCSC_FUNCTION(name) \
    __attribute__((visibility("default"))) void name(void) { taken_for_pcsc(#name); }
#include "pcsc/functions.def"

__attribute__((visibility("default"))) const unsigned long g_rgSCardT0Pci[2] = {0, 0};
__attribute__((visibility("default"))) const unsigned long g_rgSCardT1Pci[2] = {0, 0};
