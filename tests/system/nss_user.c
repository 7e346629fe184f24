// An NSS program whose password function has one answer, as that of Okular, Evolution and others: asked
// again, it gives the same again. It says how often it was asked, and how that ended; a program that is asked
// for ever ends at 1,000.
//   nss_user MODULE ANSWER [ANSWER...]     (the last answer is given from then on)
#include <nss.h>
#include <pk11pub.h>
#include <secmod.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENOUGH = 1000 };

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

int main(int argc, char** argv) {
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
    printf("asked %d, %s\n", user.asked, done == SECSuccess ? "logged in" : "refused");
    (void)SECMOD_UnloadUserModule(loaded);
    SECMOD_DestroyModule(loaded);
    return NSS_Shutdown() == SECSuccess ? 0 : 3;
}
