// An NSS program whose password function has few answers, as that of Okular, Evolution and others: asked
// again, it gives the last one again. It says how often it was asked, and how that ended; a program that is
// asked for ever ends at 1,000.
//   nss_user MODULE ANSWER...                  logs in
//   nss_user --sign SECONDS MODULE ANSWER...   logs in, waits, and makes a signature as NSS's CMS does
#include <cert.h>
#include <keyhi.h>
#include <nss.h>
#include <pk11pub.h>
#include <secmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENOUGH = 1000, DIGEST_INFO = 51 };

struct user {
    char** answers;
    int left;
    int asked;
};

static char* answer(PK11SlotInfo* slot, PRBool again, void* whom) {
    struct user* user = whom;
    (void)slot;
    (void)again;
    if (++user->asked > ENOUGH) return NULL;
    char* given = user->answers[0];
    if (user->left > 1) {
        user->answers++;
        user->left--;
    }
    return PORT_Strdup(given);
}

static int sign(PK11SlotInfo* slot, unsigned seconds, struct user* user) {
    CERTCertList* all = PK11_ListCertsInSlot(slot);
    if (all == NULL || CERT_LIST_EMPTY(all)) return 0;
    (void)sleep(seconds);
    int made = 0;
    SECKEYPrivateKey* key = PK11_FindKeyByAnyCert(CERT_LIST_HEAD(all)->cert, user);
    if (key != NULL) {
        unsigned char hash[DIGEST_INFO] = {0};
        unsigned char signature[512];
        SECItem input = {siBuffer, hash, sizeof hash};
        SECItem output = {siBuffer, signature, sizeof signature};
        made = PK11_Sign(key, &output, &input) == SECSuccess;
        SECKEY_DestroyPrivateKey(key);
    }
    CERT_DestroyCertList(all);
    return made;
}

int main(int argc, char** argv) {
    int signs = 0;
    unsigned seconds = 0;
    if (argc > 3 && strcmp(argv[1], "--sign") == 0) {
        signs = 1;
        seconds = (unsigned)strtoul(argv[2], NULL, 10);
        argv += 2;
        argc -= 2;
    }
    if (argc < 3) return 2;
    char module[4096];
    if (snprintf(module, sizeof module, "library=\"%s\" name=\"card\"", argv[1]) >= (int)sizeof module)
        return 2;
    if (NSS_NoDB_Init(NULL) != SECSuccess) return 2;
    SECMODModule* loaded = SECMOD_LoadUserModule(module, NULL, PR_FALSE);
    if (loaded == NULL || !loaded->loaded || loaded->slotCount < 1) return 2;
    struct user user = {argv + 2, argc - 2, 0};
    PK11_SetPasswordFunc(answer);
    const SECStatus done = PK11_Authenticate(loaded->slots[0], PR_TRUE, &user);
    const char* end = done == SECSuccess ? "logged in" : "refused";
    if (signs && done == SECSuccess) end = sign(loaded->slots[0], seconds, &user) ? "signed" : "not signed";
    printf("asked %d, %s\n", user.asked, end);
    (void)SECMOD_UnloadUserModule(loaded);
    SECMOD_DestroyModule(loaded);
    return NSS_Shutdown() == SECSuccess ? 0 : 3;
}
