// A PKCS#11 client that does what its arguments say, one step after another, and tells what each step cost.
//
//   client MODULE KEY STEP...
//
// KEY: A or S, the token by the mark at the end of its slot's description: finding it costs no command.
//   all         C_GetTokenInfo of every token
//   info        C_GetTokenInfo of this one
//   open        C_OpenSession
//   cert        find the user's certificate, read its value
//   login:PIN   C_Login
//   sign        C_Sign, CKM_SHA256_RSA_PKCS
//   logout      C_Logout
//   wait        say "waiting", go on with a line on stdin
//   pause       do nothing for 0.3 s: longer than the module keeps the card for the next call
//   finalize    C_Finalize
//   exit        exit(0) without C_Finalize
// For each step one line: NAME RV EXCHANGES, the last counted in $JPKI_VCARD_LOG since the previous step.
// A step that fails ends the run with exit status 1.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jpki/cryptoki.h"

static CK_FUNCTION_LIST* p11;
static CK_SLOT_ID slot;
static CK_SESSION_HANDLE session;

static long exchanges(void) {
    const char* path = getenv("JPKI_VCARD_LOG");
    FILE* log = path == NULL ? NULL : fopen(path, "r");
    long count = 0;
    char line[1024];
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        count += line[0] >= '0' && line[0] <= '9';
    if (log != NULL) fclose(log);
    return count;
}

static void find_slot(char purpose) {
    CK_SLOT_ID slots[64];
    CK_ULONG count = 0;  // asked for first, as most programs do
    if (p11->C_GetSlotList(CK_TRUE, NULL, &count) == CKR_OK && count <= 64)
        p11->C_GetSlotList(CK_TRUE, slots, &count);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_SLOT_INFO info;
        if (p11->C_GetSlotInfo(slots[i], &info) != CKR_OK) continue;
        const char mark[] = {'[', purpose, ']'};
        for (size_t at = 0; at + sizeof mark <= sizeof info.slotDescription; ++at) {
            if (memcmp(info.slotDescription + at, mark, sizeof mark) != 0) continue;
            slot = slots[i];
            return;
        }
    }
    fprintf(stderr, "client: no token [%c]\n", purpose);
    exit(1);
}

static CK_RV token_info_of_all(void) {
    CK_SLOT_ID slots[64];
    CK_ULONG count = 64;
    CK_RV rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
    CK_TOKEN_INFO info;
    for (CK_ULONG i = 0; i < count && rv == CKR_OK; ++i)
        rv = p11->C_GetTokenInfo(slots[i], &info);
    return rv;
}

static CK_RV find(CK_OBJECT_CLASS class, CK_OBJECT_HANDLE* found) {
    CK_ULONG count = 0;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    CK_RV rv = p11->C_FindObjectsInit(session, &wanted, 1);
    if (rv != CKR_OK) return rv;
    rv = p11->C_FindObjects(session, found, 1, &count);
    p11->C_FindObjectsFinal(session);
    return rv == CKR_OK && count == 0 ? CKR_OBJECT_HANDLE_INVALID : rv;
}

static CK_RV certificate(void) {
    CK_OBJECT_HANDLE object = 0;
    CK_BYTE value[4096];
    CK_ATTRIBUTE wanted = {CKA_VALUE, value, sizeof value};
    const CK_RV rv = find(CKO_CERTIFICATE, &object);
    return rv == CKR_OK ? p11->C_GetAttributeValue(session, object, &wanted, 1) : rv;
}

static CK_RV sign(void) {
    CK_OBJECT_HANDLE key = 0;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_BYTE data[] = "client", signature[256];
    CK_ULONG length = sizeof signature;
    CK_RV rv = find(CKO_PRIVATE_KEY, &key);
    if (rv == CKR_OK) rv = p11->C_SignInit(session, &mechanism, key);
    return rv == CKR_OK ? p11->C_Sign(session, data, sizeof data, signature, &length) : rv;
}

static CK_RV step(char* name) {
    CK_TOKEN_INFO info;
    if (strcmp(name, "all") == 0) return token_info_of_all();
    if (strcmp(name, "info") == 0) return p11->C_GetTokenInfo(slot, &info);
    if (strcmp(name, "open") == 0) return p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    if (strcmp(name, "cert") == 0) return certificate();
    if (strcmp(name, "logout") == 0) return p11->C_Logout(session);
    if (strcmp(name, "sign") == 0) return sign();
    if (strcmp(name, "finalize") == 0) return p11->C_Finalize(NULL);
    if (strcmp(name, "exit") == 0) exit(0);
    if (strcmp(name, "pause") == 0)
        return nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
    if (strncmp(name, "login:", 6) == 0) {
        char* pin = name + 6;
        const CK_RV rv = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR*)pin, strlen(pin));
        name[5] = '\0';
        return rv;
    }
    if (strcmp(name, "wait") == 0) {
        puts("waiting");
        return getchar() == EOF ? CKR_GENERAL_ERROR : CKR_OK;
    }
    return CKR_FUNCTION_NOT_SUPPORTED;
}

int main(int argc, char** argv) {
    void* module = argc > 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
    CK_C_GetFunctionList get = NULL;
    if (module != NULL) *(void**)&get = dlsym(module, "C_GetFunctionList");
    if (get == NULL || get(&p11) != CKR_OK || p11->C_Initialize(NULL) != CKR_OK) {
        fprintf(stderr, "Usage: client MODULE A|S STEP...\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    find_slot(argv[2][0]);
    long before = exchanges();
    for (int i = 3; i < argc; ++i) {
        const CK_RV rv = step(argv[i]);
        const long now = exchanges();
        printf("%s 0x%lx %ld\n", argv[i], rv, now - before);
        before = now;
        if (rv != CKR_OK) return 1;
    }
    return 0;
}
