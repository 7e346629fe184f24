#include "support/session.h"

#include <string.h>

#include "support/process.h"

enum { kMostSlots = 16, kPatience = 5000, kSignature2048 = 256 };

const struct token_facts kFacts[kTokens] = {
    {"JPKI User Authentication", "1234", "4321", 3, "auth_pin", "auth_key", 0x17},
    {"JPKI Digital Signature", "ABC123", "XYZ789", 5, "sign_pin", "sign_key", 0x1A},
};

CK_ULONG slots_with_token(CK_SLOT_ID* slots, CK_ULONG most) {
    CK_ULONG count = 0;
    assert_rv(p11->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
    count = most;
    assert_rv(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    return count;
}

int wait_for_card(void) {
    const unsigned long end = now_ms() + kPatience;
    for (;;) {
        CK_ULONG count = 0;
        // The first look takes pcscd some milliseconds, for which no call waits long.
        if (p11->C_GetSlotList(CK_TRUE, NULL, &count) == CKR_OK && count > 0) return 0;
        if (now_ms() > end) return -1;
        sleep_ms(10);
    }
}

int initialized_with_card(void** state) {
    (void)state;
    return p11->C_Initialize(NULL) == CKR_OK ? wait_for_card() : -1;
}

static int has_label(CK_SLOT_ID slot, enum token token, CK_TOKEN_INFO* info) {
    assert_rv(p11->C_GetTokenInfo(slot, info), CKR_OK);
    return is_padded(info->label, sizeof(info->label), kFacts[token].label);
}

CK_SLOT_ID slot_of(enum token token) {
    CK_SLOT_ID slots[kMostSlots];
    const CK_ULONG count = slots_with_token(slots, kMostSlots);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info;
        if (has_label(slots[i], token, &info)) return slots[i];
    }
    fail_msg("no slot shows %s", kFacts[token].label);
    return 0;
}

CK_FLAGS token_flags(enum token token) {
    CK_TOKEN_INFO info;
    assert_rv(p11->C_GetTokenInfo(slot_of(token), &info), CKR_OK);
    return info.flags;
}

CK_SESSION_HANDLE open_session(enum token token, CK_FLAGS more_flags) {
    CK_SESSION_HANDLE session = 0;
    assert_rv(p11->C_OpenSession(slot_of(token), CKF_SERIAL_SESSION | more_flags, NULL, NULL, &session),
              CKR_OK);
    assert_int_not_equal(session, CK_INVALID_HANDLE);
    return session;
}

CK_RV log_in(CK_SESSION_HANDLE session, const char* pin) {
    CK_UTF8CHAR copy[64];
    const size_t length = strlen(pin);
    memcpy(copy, pin, length);
    return p11->C_Login(session, CKU_USER, copy, length);
}

CK_SESSION_HANDLE open_logged_in(enum token token) {
    const CK_SESSION_HANDLE session = open_session(token, 0);
    assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
    return session;
}

CK_ULONG find_objects(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE* found,
                      CK_ULONG most) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    CK_ULONG count = 0;
    assert_rv(p11->C_FindObjectsInit(session, &wanted, class == ~0UL ? 0 : 1), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, most, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    return count;
}

CK_OBJECT_HANDLE find_key(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class) {
    CK_OBJECT_HANDLE found[2];
    assert_int_equal(find_objects(session, class, found, 2), 1);
    return found[0];
}

CK_OBJECT_HANDLE find_user_certificate(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE found[4];
    const CK_ULONG count = find_objects(session, CKO_CERTIFICATE, found, 4);
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_ULONG category = 0;
        (void)read_attribute(session, found[i], CKA_CERTIFICATE_CATEGORY, &category, sizeof(category));
        if (category == CK_CERTIFICATE_CATEGORY_TOKEN_USER) return found[i];
    }
    fail_msg("%s", "no user certificate");
    return 0;
}

CK_ULONG read_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                        void* value, CK_ULONG size) {
    CK_ATTRIBUTE attribute = {type, value, size};
    assert_rv(p11->C_GetAttributeValue(session, object, &attribute, 1), CKR_OK);
    assert_in_range(attribute.ulValueLen, 0, size);
    return attribute.ulValueLen;
}

CK_RV sign_text(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, const char* text, CK_BYTE signature[256]) {
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_ULONG length = kSignature2048;
    CK_BYTE copy[64];
    memcpy(copy, text, strlen(text));
    const CK_RV rv = p11->C_SignInit(session, &mechanism, key);
    return rv == CKR_OK ? p11->C_Sign(session, copy, strlen(text), signature, &length) : rv;
}
