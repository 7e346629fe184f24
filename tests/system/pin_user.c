// The half of pin_search that uses the module. It has the PINs in clear in one page only, for the length of a
// call.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "jpki/cryptoki.h"
#include "pin_search.h"

#define MASK 0xA5
#define M(c) ((c) ^ MASK)
const struct masked kOldPins[kKeyPurposes] = {{{M('1'), M('2'), M('3'), M('4')}, 4},
                                              {{M('A'), M('B'), M('C'), M('1'), M('2'), M('3')}, 6}};
const struct masked kNewPins[kKeyPurposes] = {
    {{M('7'), M('3'), M('9'), M('1')}, 4},
    {{M('Q'), M('Z'), M('7'), M('K'), M('9'), M('1'), M('X'), M('W')}, 8}};
// 試験　太郎 in UTF-8.
const struct masked kName = {{M(0xE8), M(0xA9), M(0xA6), M(0xE9), M(0xA8), M(0x93), M(0xE3), M(0x80), M(0x80),
                              M(0xE5), M(0xA4), M(0xAA), M(0xE9), M(0x83), M(0x8E)},
                             15};

static CK_FUNCTION_LIST* p11;
static CK_SESSION_HANDLE sessions[kKeyPurposes];
static volatile unsigned char* clear;  // PINs or a certificate, for the length of one call
enum { kClear = 4096, kIdle = 4 };     // seconds: longer than the configuration lets a login stay unused

static void must_at(CK_RV rv, const char* call) {
    if (rv == CKR_OK) return;
    fprintf(stderr, "%s: 0x%lx\n", call, rv);
    _exit(3);
}
#define must(call) must_at((call), #call)

void unmask(const struct masked* text, volatile unsigned char* into) {
    for (size_t i = 0; i < text->length; ++i)
        into[i] = text->text[i] ^ MASK;
}

static CK_UTF8CHAR* in_clear(const struct masked* pin, size_t at) {
    unmask(pin, clear + at);
    return (CK_UTF8CHAR*)clear + at;
}

static void wipe(void) {
    for (size_t i = 0; i < kClear; ++i)
        clear[i] = 0;
}

static void initialize(void) {
    CK_SLOT_ID slots[kKeyPurposes];
    CK_ULONG count = 0;
    must(p11->C_Initialize(NULL));
    for (int tries = 0; count != kKeyPurposes && tries < 500; ++tries) {
        const struct timespec pause = {0, 10000000};
        nanosleep(&pause, NULL);
        count = kKeyPurposes;
        must(p11->C_GetSlotList(CK_TRUE, slots, &count));
    }
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose)
        must(p11->C_OpenSession(slots[purpose], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                &sessions[purpose]));
}

static void change_pins(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose) {
        CK_UTF8CHAR* old = in_clear(&kOldPins[purpose], 0);
        CK_UTF8CHAR* new = in_clear(&kNewPins[purpose], kLongestPin);
        must(p11->C_SetPIN(sessions[purpose], old, kOldPins[purpose].length, new, kNewPins[purpose].length));
        wipe();
    }
}

static void log_in(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose) {
        must(p11->C_Login(sessions[purpose], CKU_USER, in_clear(&kNewPins[purpose], 0),
                          kNewPins[purpose].length));
        wipe();
    }
}

static void log_out(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose)
        must(p11->C_Logout(sessions[purpose]));
}

// The first one: of certificates that is the holder's own.
static CK_OBJECT_HANDLE find(int purpose, CK_OBJECT_CLASS class) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    CK_OBJECT_HANDLE object = 0;
    CK_ULONG found = 0;
    must(p11->C_FindObjectsInit(sessions[purpose], &wanted, 1));
    must(p11->C_FindObjects(sessions[purpose], &object, 1, &found));
    must(p11->C_FindObjectsFinal(sessions[purpose]));
    return object;
}

static int has_name(void) {
    size_t same = 0;
    for (size_t i = 0; i < kClear && same < kName.length; ++i)
        same = clear[i] == (kName.text[same] ^ MASK) ? same + 1 : 0;
    return same == kName.length;
}

// Signs, reads the certificate, and leaves a signature that waits for its data and, where each one needs it,
// has its own PIN.
static void sign(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose) {
        CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
        CK_BYTE data[] = "signed", signature[512];
        CK_ATTRIBUTE value = {CKA_VALUE, (CK_VOID_PTR)clear, kClear};
        CK_ULONG length = sizeof signature;
        const CK_OBJECT_HANDLE key = find(purpose, CKO_PRIVATE_KEY);
        must(p11->C_SignInit(sessions[purpose], &mechanism, key));
        must(p11->C_Sign(sessions[purpose], data, sizeof data, signature, &length));
        must(p11->C_GetAttributeValue(sessions[purpose], find(purpose, CKO_CERTIFICATE), &value, 1));
        if (purpose == 1 && !has_name()) _exit(4);
        wipe();
        must(p11->C_SignInit(sessions[purpose], &mechanism, key));
        const CK_RV confirmed = p11->C_Login(sessions[purpose], CKU_CONTEXT_SPECIFIC,
                                             in_clear(&kNewPins[purpose], 0), kNewPins[purpose].length);
        wipe();
        if (confirmed != CKR_OPERATION_NOT_INITIALIZED) must(confirmed);
    }
}

// Each PIN at the other purpose, where the one is too long and the other too short.
static void log_in_impossibly(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose) {
        const struct masked* other = &kNewPins[kKeyPurposes - 1 - purpose];
        const CK_RV rv = p11->C_Login(sessions[purpose], CKU_USER, in_clear(other, 0), other->length);
        wipe();
        if (rv != CKR_PIN_INCORRECT) must(rv == CKR_OK ? CKR_GENERAL_ERROR : rv);
    }
}

static void log_in_and_sign(void) {
    log_in();
    sign();
}

static void idle(void) {
    const struct timespec thinking = {kIdle, 0};
    CK_SESSION_INFO info;
    log_in_and_sign();
    nanosleep(&thinking, NULL);
    // Without threads of its own the module notices by this call.
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose)
        must(p11->C_GetSessionInfo(sessions[purpose], &info));
}

static void close_sessions(void) {
    for (int purpose = 0; purpose < kKeyPurposes; ++purpose)
        must(p11->C_CloseSession(sessions[purpose]));
}

static void finalize(void) { must(p11->C_Finalize(NULL)); }

// CARD_REMOVE and CARD_INSERT are commands that do it.
static void move_card(const char* command) {
    if (command == NULL || system(command) != 0) _exit(5);
}

static void take_card_out(void) {
    CK_ULONG count = kKeyPurposes;
    initialize();
    log_in_and_sign();
    move_card(getenv("CARD_REMOVE"));
    // Without threads of its own the module looks at the reader in this call.
    for (int tries = 0; count != 0 && tries < 300; ++tries) {
        const struct timespec pause = {0, 10000000};
        nanosleep(&pause, NULL);
        must(p11->C_GetSlotList(CK_TRUE, NULL, &count));
    }
}

static void finalize_without_card(void) {
    finalize();
    move_card(getenv("CARD_INSERT"));
}

static void begin_and_log_in(void) {
    initialize();
    log_in();
}

static void finalize_while_logged_in(void) {
    begin_and_log_in();
    sign();
    finalize();
}

static void close_while_logged_in(void) {
    log_in_and_sign();
    close_sessions();
}

const struct step kSteps[] = {
    {"C_OpenSession", initialize, 0},
    {"C_SetPIN", change_pins, 0},
    {"C_Login with impossible PINs", log_in_impossibly, 0},
    {"C_Login", log_in, 1},
    {"C_Sign", sign, 1},
    {"C_Logout", log_out, 0},
    {"a login that nobody uses", idle, 0},
    {"C_CloseSession while logged in", close_while_logged_in, 0},
    {"C_Finalize", finalize, 0},
    {"the card taken out", take_card_out, 0},
    {"C_Finalize without the card", finalize_without_card, 0},
    {"C_Finalize while logged in", finalize_while_logged_in, 0},
    {"C_Login before the crash", begin_and_log_in, 1},
};
const int kStepCount = sizeof kSteps / sizeof kSteps[0];

void use_module(const char* path, int report_to, int go_from) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    void* module = dlopen(path, RTLD_NOW);
    CK_C_GetFunctionList get = NULL;
    if (module != NULL) *(void**)&get = dlsym(module, "C_GetFunctionList");
    if (get == NULL || get(&p11) != CKR_OK) _exit(2);
    clear = mmap(NULL, kClear, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (clear == MAP_FAILED) _exit(2);
    for (int i = 0; i < kStepCount; ++i) {
        char go = 0;
        kSteps[i].run();
        if (write(report_to, "", 1) != 1 || read(go_from, &go, 1) != 1) _exit(2);
    }
    (void)setrlimit(RLIMIT_CORE, &unlimited);
    abort();
}
