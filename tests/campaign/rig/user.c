#include "user.h"

#include <string.h>

#include "ledger.h"
#include "rivals.h"
#include "support/openssl.h"
#include "world.h"

enum { kMostSlots = 16, kCertificate = 4096, kSignature2048 = 256, kAgain = 10 };

const char* pin_now[kTokens] = {"1234", "ABC123"};

// By reader and token, each used by one thread at a time.
static struct certificate {
    CK_BYTE value[kCertificate];
    CK_ULONG size;
} certificates[2][kTokens];

CK_RV user_initializes(void) { return timed(kInitialize, p11->C_Initialize(NULL)); }

static int is_mine(const struct user* user, const CK_SLOT_INFO* info) {
    char wanted[64];
    const char* reader = kReaders[user->card];
    const size_t length = strlen(reader);
    memcpy(wanted, reader, length);
    memcpy(wanted + length, user->token == kAuthentication ? " [A]" : " [S]", sizeof(" [A]"));
    return is_padded(info->slotDescription, sizeof(info->slotDescription), wanted);
}

CK_RV user_finds_slot(struct user* user) {
    CK_SLOT_ID slots[kMostSlots];
    CK_ULONG count = 0;
    CK_RV rv = timed(kSlotCall, p11->C_GetSlotList(CK_FALSE, NULL, &count));
    count = kMostSlots;
    if (rv == CKR_OK) rv = timed(kSlotCall, p11->C_GetSlotList(CK_TRUE, slots, &count));
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; ++i) {
        CK_SLOT_INFO info;
        if (timed(kSlotCall, p11->C_GetSlotInfo(slots[i], &info)) != CKR_OK || !is_mine(user, &info))
            continue;
        user->slot = slots[i];
        return CKR_OK;
    }
    return rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
}

CK_RV user_opens(struct user* user) {
    user->session = CK_INVALID_HANDLE;
    user->key = CK_INVALID_HANDLE;
    const CK_RV rv = user_finds_slot(user);
    if (rv != CKR_OK) return rv;
    return timed(kCardCall, p11->C_OpenSession(user->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                               &user->session));
}

static CK_RV find(struct user* user, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE* found, CK_ULONG* count) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    const CK_ULONG most = *count;
    CK_RV rv = timed(kCardCall, p11->C_FindObjectsInit(user->session, &wanted, 1));
    *count = 0;
    if (rv != CKR_OK) return rv;
    rv = timed(kCardCall, p11->C_FindObjects(user->session, found, most, count));
    (void)timed(kCardCall, p11->C_FindObjectsFinal(user->session));
    return rv;
}

static CK_RV read_value(struct user* user, CK_OBJECT_HANDLE object) {
    struct certificate* known = &certificates[user->card][user->token];
    CK_BYTE value[kCertificate];
    CK_ULONG category = 0;
    CK_ATTRIBUTE wanted[] = {{CKA_CERTIFICATE_CATEGORY, &category, sizeof(category)},
                             {CKA_VALUE, value, sizeof(value)}};
    const CK_RV rv = timed(kCardCall, p11->C_GetAttributeValue(user->session, object, wanted, 2));
    const CK_ULONG size = wanted[1].ulValueLen;
    if (rv != CKR_OK || category != CK_CERTIFICATE_CATEGORY_TOKEN_USER) return rv;
    if (known->size != 0 && (known->size != size || memcmp(known->value, value, size) != 0))
        complain_of("%s", "the certificate has changed");
    memcpy(known->value, value, size);
    known->size = size;
    return rv;
}

CK_RV user_reads_certificates(struct user* user) {
    CK_OBJECT_HANDLE found[4];
    CK_ULONG count = 4;
    CK_RV rv = find(user, CKO_CERTIFICATE, found, &count);
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; ++i)
        rv = read_value(user, found[i]);
    return rv;
}

CK_RV user_logs_in(struct user* user) {
    CK_UTF8CHAR pin[16];
    CK_ULONG count = 1;
    const size_t length = strlen(pin_now[user->token]);
    memcpy(pin, pin_now[user->token], length);
    const CK_RV rv = timed(kCardCall, p11->C_Login(user->session, CKU_USER, pin, length));
    if (rv != CKR_OK) return rv;
    const CK_RV found = find(user, CKO_PRIVATE_KEY, &user->key, &count);
    return found == CKR_OK && count == 0 ? CKR_KEY_HANDLE_INVALID : found;
}

CK_RV user_signs(struct user* user) {
    static const char kText[] = "signed in a rig";
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_BYTE data[sizeof(kText)];
    CK_BYTE signature[kSignature2048];
    CK_ULONG length = sizeof(signature);
    memcpy(data, kText, sizeof(kText));
    CK_RV rv = timed(kCardCall, p11->C_SignInit(user->session, &mechanism, user->key));
    if (rv == CKR_OK)
        rv = timed(kCardCall, p11->C_Sign(user->session, data, sizeof(data), signature, &length));
    if (rv != CKR_OK) return rv;
    const struct certificate* known = &certificates[user->card][user->token];
    if (known->size == 0) rv = user_reads_certificates(user);
    if (rv == CKR_OK &&
        !openssl_verifies(known->value, known->size, "SHA256", data, sizeof(data), signature, length))
        complain_of("%s", "a signature that does not verify");
    return rv;
}

CK_RV user_changes_pin(struct user* user, const char* pin) {
    CK_UTF8CHAR now[16];
    CK_UTF8CHAR next[16];
    const size_t length = strlen(pin_now[user->token]);
    memcpy(now, pin_now[user->token], length);
    memcpy(next, pin, strlen(pin));
    const CK_RV rv = timed(kCardCall, p11->C_SetPIN(user->session, now, length, next, strlen(pin)));
    if (rv == CKR_OK) pin_now[user->token] = pin;
    return rv;
}

static CK_RV whole_errand(struct user* user) {
    CK_RV rv = user_opens(user);
    if (rv != CKR_OK) return rv;
    rv = user_logs_in(user);
    // Of an older session that was not closed: the login is the token's, not the session's.
    if (rv == CKR_USER_ALREADY_LOGGED_IN) {
        CK_ULONG count = 1;
        rv = find(user, CKO_PRIVATE_KEY, &user->key, &count);
    }
    expect_honest("C_Login", rv);
    if (rv == CKR_OK) rv = user_signs(user);
    if (rv != CKR_OK) (void)timed(kCardCall, p11->C_CloseSession(user->session));
    return rv;
}

double works_again(struct user* user, unsigned patience) {
    const double end = now_in_ms() + patience;
    CK_RV rv = CKR_OK;
    do {
        rv = whole_errand(user);
        if (rv == CKR_OK) return now_in_ms();
        sleep_ms(kAgain);
    } while (now_in_ms() < end);
    complain_of("it does not work again: 0x%lx", rv);
    return 0;
}

void expect_works_again(struct user* user, double since) {
    const double done = works_again(user, 8000);
    if (done != 0) record_time(kWorksAgain, "until it worked again", done - since);
}

void expect_honest(const char* what, CK_RV rv) {
    switch (rv) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_LOCKED:
        case CKR_GENERAL_ERROR:
        case CKR_SESSION_CLOSED: complain_of("%s answered 0x%lx", what, rv); break;
        default: break;
    }
}

void expect_no_harm(void) {
    static const char* const kPins[] = {"auth_pin", "sign_pin"};
    for (int token = 0; token < kTokens; ++token) {
        if (vcard_oracle(kPins[token], "failed") + vcard_oracle(kPins[token], "blocked") != 0)
            complain_of("%s: a try was spent", kPins[token]);
        if (vcard_oracle(kPins[token], "tries_left") != kFacts[token].max_tries)
            complain_of("%s: a try is missing", kPins[token]);
    }
    const int status = run_role("sign-uninvited", NULL);
    if (status != 0) complain_of("another program that asked for signatures ended with %d", status);
}
