// The virtual card of a rig, asked on its control socket.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/vcard.h"

enum { kChunk = 4096 };

static void give_up(const char* what) {
    (void)fprintf(stderr, "the virtual card: %s\n", what);
    _exit(3);
}

static int connect_to_card(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char* path = getenv("JPKI_VCARD_CONTROL");
    if (path == NULL || strlen(path) >= sizeof(address.sun_path)) give_up("JPKI_VCARD_CONTROL is not set");
    memcpy(address.sun_path, path, strlen(path) + 1);
    const int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire < 0 || connect(wire, (const struct sockaddr*)&address, sizeof(address)) != 0)
        give_up("nobody answers on the control socket");
    return wire;
}

char* vcard_ask(const char* command) {
    char line[256];
    const int length = snprintf(line, sizeof(line), "%s\n", command);
    const int wire = connect_to_card();
    if (send(wire, line, (size_t)length, MSG_NOSIGNAL) != length) give_up("cannot ask");
    char* answer = NULL;
    size_t size = 0;
    do {
        answer = realloc(answer, size + kChunk);
        if (answer == NULL) give_up("no memory");
        const ssize_t got = recv(wire, answer + size, kChunk, 0);
        if (got <= 0) give_up("no answer");
        size += (size_t)got;
    } while (answer[size - 1] != '\n');
    (void)close(wire);
    answer[size - 1] = '\0';
    return answer;
}
