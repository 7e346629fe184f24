#include "support/ban.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

static void refuse_if(const char* reason) {
    if (reason == NULL) return;
    (void)fprintf(stderr, "Refused, because of real cards: %s\n", reason);
    _exit(3);
}

const char* refusal_of_service(const char* socket, const char* rig_dir) {
    char resolved_socket[PATH_MAX];
    char resolved_dir[PATH_MAX];
    if (socket == NULL || *socket == '\0' || rig_dir == NULL || *rig_dir == '\0')
        return "PCSCLITE_CSOCK_NAME and JPKI_RIG_DIR are not set: run me by tests/support/rig";
    if (realpath(socket, resolved_socket) == NULL || realpath(rig_dir, resolved_dir) == NULL)
        return "PCSCLITE_CSOCK_NAME or JPKI_RIG_DIR does not exist";
    const size_t length = strlen(resolved_dir);
    // Not by text alone: /tmp/rig is no parent of /tmp/rig-of-another.
    if (length < 2 || strncmp(resolved_socket, resolved_dir, length) != 0 || resolved_socket[length] != '/')
        return "PCSCLITE_CSOCK_NAME does not point below JPKI_RIG_DIR";
    return NULL;
}

const char* refusal_of_reader(const char* reader) {
    static const char kVirtual[] = "Virtual PCD";
    return strncmp(reader, kVirtual, sizeof(kVirtual) - 1) == 0 ? NULL : "a reader that is not virtual";
}

void begin_without_service(void) {
    const char* socket = getenv("PCSCLITE_CSOCK_NAME");
    // Unset means /run/pcscd/pcscd.comm: the citizen's own pcscd.
    if (socket == NULL || *socket == '\0') refuse_if("PCSCLITE_CSOCK_NAME is not set");
    if (access(socket, F_OK) == 0) refuse_if("PCSCLITE_CSOCK_NAME exists, and this program wants no pcscd");
}

void begin_with_virtual_card(void) {
    SCARDCONTEXT context = 0;
    char readers[4096];
    DWORD size = sizeof(readers);
    refuse_if(refusal_of_service(getenv("PCSCLITE_CSOCK_NAME"), getenv("JPKI_RIG_DIR")));
    if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
        refuse_if("no pcscd in the rig");
    if (SCardListReaders(context, NULL, readers, &size) != SCARD_S_SUCCESS)
        refuse_if("no reader in the rig, or more than fit");
    for (const char* reader = readers; *reader != '\0'; reader += strlen(reader) + 1)
        refuse_if(refusal_of_reader(reader));
    (void)SCardReleaseContext(context);
}
