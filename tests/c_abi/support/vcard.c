#include "support/vcard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/process.h"

enum { kQuiet = 400 };

static void give_up(const char* what) {
    (void)fprintf(stderr, "the virtual card: %s\n", what);
    _exit(3);
}

void vcard_do(const char* command) {
    char* answer = vcard_ask(command);
    if (strcmp(answer, "ok") != 0) give_up(answer);
    free(answer);
}

unsigned long vcard_oracle(const char* part, const char* key) {
    char name[64];
    char* answer = vcard_ask("oracle");
    const char* at = answer;
    if (part != NULL) {
        (void)snprintf(name, sizeof(name), "\"%s\": {", part);
        at = strstr(at, name);
    }
    (void)snprintf(name, sizeof(name), "\"%s\": ", key);
    at = at == NULL ? NULL : strstr(at, name);
    if (at == NULL) give_up("no such row in the oracle");
    at += strlen(name);
    const unsigned long value = strncmp(at, "true", 4) == 0 ? 1 : strtoul(at, NULL, 10);
    free(answer);
    return value;
}

unsigned long vcard_apdus(void) { return vcard_oracle(NULL, "apdus"); }

unsigned long vcard_apdus_steady(void) {
    unsigned long before = vcard_apdus();
    for (;;) {
        sleep_ms(kQuiet);
        const unsigned long now = vcard_apdus();
        if (now == before) return now;
        before = now;
    }
}
