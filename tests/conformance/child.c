#include "child.h"

#include <string.h>

enum { kMostSlots = 16 };

int child_finds_slot(enum token token, CK_SLOT_ID* slot) {
    CK_SLOT_ID slots[kMostSlots];
    CK_ULONG count = kMostSlots;
    check(wait_for_card() == 0);
    check(p11->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info;
        check(p11->C_GetTokenInfo(slots[i], &info) == CKR_OK);
        if (!is_padded(info.label, sizeof(info.label), kFacts[token].label)) continue;
        *slot = slots[i];
        return 0;
    }
    return complain("a slot shows the token", __FILE__, __LINE__);
}

int child_finds_key(struct signer* signer) {
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    CK_ULONG count = 0;
    check(p11->C_FindObjectsInit(signer->session, &wanted, 1) == CKR_OK);
    check(p11->C_FindObjects(signer->session, &signer->key, 1, &count) == CKR_OK);
    check(p11->C_FindObjectsFinal(signer->session) == CKR_OK);
    check(count == 1);
    return 0;
}

int child_logs_in(enum token token, struct signer* signer) {
    CK_SLOT_ID slot = 0;
    CK_SESSION_INFO info;
    check(p11->C_Initialize(NULL) == CKR_OK);
    check(child_finds_slot(token, &slot) == 0);
    check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &signer->session) == CKR_OK);
    check(p11->C_GetSessionInfo(signer->session, &info) == CKR_OK);
    check(info.state == CKS_RO_PUBLIC_SESSION);
    check(log_in(signer->session, kFacts[token].pin) == CKR_OK);
    return child_finds_key(signer);
}

int child_signs(const struct signer* signer) {
    CK_BYTE signature[256];
    check(sign_text(signer->session, signer->key, "of the child", signature) == CKR_OK);
    return 0;
}
