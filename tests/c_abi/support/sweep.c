#include "support/sweep.h"

#include <ctype.h>
#include <string.h>

// The names are the specification's, so they are written as it does.
#define POINTER(name) static void* name;
#define LENGTH(name) static CK_ULONG name;
#define HANDLE(name) static CK_OBJECT_HANDLE name;
#define OTHER(type, name) static type name;
#include "support/arguments.def"
#undef POINTER
#undef LENGTH
#undef HANDLE
#undef OTHER

#define THROUGH_3_2(name, arguments) \
    if (list == kList3_2) return p11->name arguments;
#define THROUGH_3_0(name, arguments) \
    THROUGH_3_2(name, arguments)     \
    if (list == kList3_0) return p11_3_0->name arguments;
#define THROUGH_2_40(name, arguments) \
    THROUGH_3_0(name, arguments)      \
    if (list == kList2_40) return p11_2_40->name arguments;

#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments)               \
    static CK_RV call_##name(enum sweep_list list) {                                         \
        THROUGH_##since(name, arguments) fail_msg("%s is not in list %d", #name, (int)list); \
        return CKR_VENDOR_DEFINED;                                                           \
    }
#include "entry/functions.def"
#undef JPKI_FUNCTION

const struct swept kSwept[kSweptFunctions] = {
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    {#name, kList##since, #parameters, #arguments, call_##name},
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

static const struct {
    const char* name;
    void** variable;
} kPointers[] = {
#define POINTER(name) {#name, &name},
#define LENGTH(name)
#define HANDLE(name)
#define OTHER(type, name)
#include "support/arguments.def"
#undef POINTER
#undef LENGTH
};
enum { kPointerNames = sizeof(kPointers) / sizeof(kPointers[0]), kScratch = 512, kCapacity = 256 };

static _Alignas(16) unsigned char scratch[kPointerNames][kScratch];

static void set_lengths(CK_ULONG length) {
#define POINTER(name)
#define LENGTH(name) name = length;
#include "support/arguments.def"
#undef POINTER
#undef LENGTH
#undef HANDLE
}

void sweep_handles(CK_OBJECT_HANDLE handle) {
#define POINTER(name)
#define LENGTH(name)
#define HANDLE(name) name = handle;
#include "support/arguments.def"
}

void sweep_nothing(void) {
    for (size_t i = 0; i < kPointerNames; ++i)
        *kPointers[i].variable = NULL;
    set_lengths(0);
    sweep_handles(0);
    hSession = 0;
    slotID = 0;
    flags = 0;
    tokenPresent = CK_FALSE;
    type = 0;
    userType = CKU_USER;
    Notify = NULL;
}

void sweep_scratch(CK_ULONG length) {
    static const CK_ULONG kCapacityValue = kCapacity;
    const CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    memset(scratch, 0, sizeof(scratch));
    for (size_t i = 0; i < kPointerNames; ++i) {
        *kPointers[i].variable = scratch[i];
        if (strncmp(kPointers[i].name, "pul", 3) == 0)
            memcpy(scratch[i], &kCapacityValue, sizeof(kCapacityValue));
    }
    memcpy(pMechanism, &mechanism, sizeof(mechanism));
    set_lengths(length);
    // Not to wait for ever, and a session that is possible.
    flags = CKF_DONT_BLOCK | CKF_SERIAL_SESSION;
}

void sweep_session(CK_SESSION_HANDLE session) { hSession = session; }
void sweep_slot(CK_SLOT_ID slot) { slotID = slot; }

static int is_word(const char* text, size_t length, const char* word) {
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

size_t sweep_pointers(const struct swept* function, void** pointers[kMostPointers]) {
    size_t count = 0;
    for (const char* at = function->arguments; *at != '\0';) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]))
            ++length;
        for (size_t i = 0; i < kPointerNames && length > 0; ++i)
            if (is_word(at, length, kPointers[i].name)) pointers[count++] = kPointers[i].variable;
        at += length > 0 ? length : 1;
    }
    return count;
}

int sweep_offered(const struct swept* function) {
    // functions.def has the order of the list.
    void (*pointer)(void) = NULL;
    const size_t at = (size_t)(function - kSwept) * sizeof(pointer);
    memcpy(&pointer, (const unsigned char*)p11 + offsetof(CK_FUNCTION_LIST_3_2, C_Initialize) + at,
           sizeof(pointer));
    return pointer != NULL;
}

int sweep_is(const struct swept* function, const char* name) { return strcmp(function->name, name) == 0; }

int sweep_takes_session(const struct swept* function) {
    return strncmp(function->parameters, "(CK_SESSION_HANDLE hSession", 27) == 0;
}

int sweep_takes_slot(const struct swept* function) {
    return strncmp(function->parameters, "(CK_SLOT_ID slotID", 18) == 0;
}
