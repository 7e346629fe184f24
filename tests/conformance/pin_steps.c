#include "pin_steps.h"

enum token other_than(int token) { return token == kAuthentication ? kSignature : kAuthentication; }

CK_ULONG tries_of(int token) { return kFacts[token].max_tries; }

void assert_pin_at(enum token token, unsigned long verifies, unsigned long failed, unsigned long left,
                   const char* file, int line) {
    const char* part = kFacts[token].pin_part;
    const unsigned long now[] = {vcard_oracle(part, "verifies"), vcard_oracle(part, "failed"),
                                 vcard_oracle(part, "tries_left")};
    if (now[0] == verifies && now[1] == failed && now[2] == left) return;
    print_error("%s: %lu sent, %lu of them wrong, %lu tries left; expected %lu, %lu and %lu\n", part, now[0],
                now[1], now[2], verifies, failed, left);
    _fail(file, line);
}

CK_STATE state_of(CK_SESSION_HANDLE session) {
    CK_SESSION_INFO info;
    assert_rv(p11->C_GetSessionInfo(session, &info), CKR_OK);
    return info.state;
}

CK_FLAGS pin_flags(enum token token) {
    return token_flags(token) & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
}

void end_lease(void) { stage_reset_by_another_client(); }

unsigned long apdus_at_rest(void) {
    end_lease();
    return vcard_apdus();
}

CK_RV begin_signature(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key) {
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    return p11->C_SignInit(session, &mechanism, key);
}

CK_RV end_signature(CK_SESSION_HANDLE session) {
    CK_BYTE text[] = "a filing";
    CK_BYTE signature[256];
    CK_ULONG length = sizeof(signature);
    return p11->C_Sign(session, text, sizeof(text), signature, &length);
}

CK_RV sign_once(CK_SESSION_HANDLE session) {
    const CK_RV rv = begin_signature(session, find_key(session, CKO_PRIVATE_KEY));
    return rv == CKR_OK ? end_signature(session) : rv;
}
