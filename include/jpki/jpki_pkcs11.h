/*
 * What this module offers beyond PKCS#11: the vendor interface "Vendor JPKI" 1.1, found by
 * C_GetInterface("Vendor JPKI", NULL, ...). Include it after any PKCS#11 header (jpki/cryptoki.h, p11-kit,
 * NSS, OASIS). C89 and C++98. Codes only, no texts: words in the user's language are the program's business.
 *
 * Versions. The list of functions begins with the version, 1.1 here. Within version 1:
 *   - What is there stays: functions, fields and constants keep name, type, place, value and meaning.
 *   - Functions are appended to the list, fields to a struct, values to a group of constants; the minor
 *     version grows, and what is younger than 1.0 is marked "since". Anything else would be a version 2,
 *     offered beside this one.
 * Every struct begins with ulSize, which the caller sets to its own sizeof. The module takes every size from
 * that of the struct's first version on, and writes no more than that: an older program works with a newer
 * module. A newer program may meet an older module: ask for the interface without a version, look at the
 * version before calling a function that is marked, and set a struct to zero before the call, since a field
 * that the module does not know is left as it was. Expect values that are not listed here.
 */
#ifndef JPKI_PKCS11_H
#define JPKI_PKCS11_H

#if !defined(_PKCS11_H_) && !defined(PKCS11_H) && !defined(_PD_PKCS11_) && !defined(CKR_OK)
#error "include a PKCS#11 header before jpki_pkcs11.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define JPKI_INTERFACE_NAME "Vendor JPKI"

/* JPKI_TOKEN_STATUS.ulTriesLeft where the card does not say. */
#define JPKI_TRIES_UNKNOWN (~0UL)

/* JPKI_TOKEN_STATUS.ulLastRefusal: why the last login of this program was not sent to the card. */
#define JPKI_REFUSAL_NONE 0UL
#define JPKI_REFUSAL_MALFORMED 1UL       /* the PIN could not be right: wrong length or characters */
#define JPKI_REFUSAL_LAST_TRY 2UL        /* one try is left and last_try is "refuse" */
#define JPKI_REFUSAL_UNKNOWN_COUNTER 3UL /* the card does not say how many tries are left */
#define JPKI_REFUSAL_LOCKED 4UL          /* no try is left */
#define JPKI_REFUSAL_CHANGED_ELSEWHERE \
    5UL /* a kept login could not be renewed: counter not full, or PIN changed */

/* JPKI_TOKEN_STATUS.ulFamily */
#define JPKI_FAMILY_MY_NUMBER 0UL
#define JPKI_FAMILY_JUKI 1UL
#define JPKI_FAMILY_ANDROID 2UL
#define JPKI_FAMILY_IPHONE 3UL

/* JPKI_TOKEN_STATUS.lDaysLeft where the certificate is not there or cannot be read without a login. */
#define JPKI_DAYS_UNKNOWN (-0x7FFFFFFFL)

/* JPKI_SLOT_STATUS.ulCard */
#define JPKI_CARD_NONE 0UL    /* the reader is empty, or gone */
#define JPKI_CARD_PRESENT 1UL /* a card is there, and the last call that needed it found nothing wrong */
#define JPKI_CARD_SILENT 2UL  /* it does not answer: not to power-up, not to a command, or not in time */
#define JPKI_CARD_BUSY 3UL    /* another program has it and did not let go of it in time */
#define JPKI_CARD_FOREIGN 4UL /* it has no JPKI application */
#define JPKI_CARD_FAILING 5UL /* it, its reader or the way to them fails in some other way */

/* JPKI_TOKEN_STATUS.ulKeyPurpose */
#define JPKI_KEY_PURPOSE_AUTHENTICATION 0UL
#define JPKI_KEY_PURPOSE_SIGNATURE 1UL

typedef struct JPKI_TOKEN_STATUS {
    CK_ULONG ulSize;           /* in: sizeof(JPKI_TOKEN_STATUS) of the caller */
    CK_ULONG ulKeyPurpose;     /* JPKI_KEY_PURPOSE_... */
    CK_ULONG ulTriesLeft;      /* read from the card now, or JPKI_TRIES_UNKNOWN; costs no try */
    CK_ULONG ulMaxTries;       /* tries of a PIN that was never entered wrong */
    CK_ULONG ulLastRefusal;    /* JPKI_REFUSAL_... */
    CK_ULONG ulFamily;         /* JPKI_FAMILY_... */
    CK_ULONG ulLastStatusWord; /* SW1 SW2 of the last command of this program that failed; 0: none */
    CK_LONG lDaysLeft;         /* days in Japan until the last one of the user's certificate: 0 on that one,
                                  negative once expired, or JPKI_DAYS_UNKNOWN */
    CK_ULONG ulRenewalOpen;    /* 1: it can be renewed: from midnight in Japan, three months before its last
                                  day */
    CK_ULONG ulNotBefore;      /* since 1.1: of the user's certificate, seconds since 1970 (UTC); 0 where
                                  lDaysLeft is unknown */
    CK_ULONG ulNotAfter;       /* since 1.1: the same */
} JPKI_TOKEN_STATUS;

/* Since 1.1. */
typedef struct JPKI_SLOT_STATUS {
    CK_ULONG ulSize; /* in: sizeof(JPKI_SLOT_STATUS) of the caller */
    CK_ULONG ulCard; /* JPKI_CARD_... */
    CK_ULONG ulCode; /* what stands behind it: a code of PC/SC (SCARD_...), SW1 SW2 of the card, or 0 */
} JPKI_SLOT_STATUS;

typedef struct JPKI_MODULE_STATUS {
    CK_ULONG ulSize;           /* in: sizeof(JPKI_MODULE_STATUS) of the caller */
    CK_ULONG ulConfigProblems; /* number of problems in pkcs11.conf; each was replaced by the default */
    CK_ULONG ulConfigLine;     /* of the first problem, from 1; 0 when the file as a whole is meant or none */
    CK_ULONG ulConfigColumn;   /* of the first problem, from 1 */
    CK_ULONG ulThreads;        /* 1: the module has threads of its own, 0: it works in the caller's */
} JPKI_MODULE_STATUS;

/* CKR_ARGUMENTS_BAD for a NULL pointer or a ulSize below that of the struct's first version, otherwise as
 * C_GetTokenInfo. */
typedef CK_RV (*JPKI_GetTokenStatus_t)(CK_SLOT_ID slotID, JPKI_TOKEN_STATUS* pStatus);
/* CKR_ARGUMENTS_BAD as above, CKR_CRYPTOKI_NOT_INITIALIZED. */
typedef CK_RV (*JPKI_GetModuleStatus_t)(JPKI_MODULE_STATUS* pStatus);

/*
 * Since 1.1. The next PIN that this session sends may be the last try, or one of which the card does not say
 * how many are left, although last_try is "refuse". Open the session first; then read how many tries are
 * left, show them, and ask the holder, twice: a wrong PIN locks the card. So what was shown, agreed to and
 * sent is of one card. The permission is used up by the session's next C_Login or C_SetPIN, whatever comes of
 * it (but not by one that is refused before its PIN is looked at: somebody is logged in, a NULL PIN), and
 * ends with a logout of the token and with the session. Sends no PIN itself. CKR_DEVICE_REMOVED where the
 * card has changed since the session was opened, CKR_SESSION_HANDLE_INVALID, CKR_CRYPTOKI_NOT_INITIALIZED.
 */
typedef CK_RV (*JPKI_AllowLastTry_t)(CK_SESSION_HANDLE hSession);

/*
 * Since 1.1. What is with the card in this slot's reader, as the last call found it that needed the card: why
 * C_GetTokenInfo failed, for instance. Asks neither card nor reader, so it answers at once.
 * CKR_ARGUMENTS_BAD as above, CKR_SLOT_ID_INVALID, CKR_CRYPTOKI_NOT_INITIALIZED.
 */
typedef CK_RV (*JPKI_GetSlotStatus_t)(CK_SLOT_ID slotID, JPKI_SLOT_STATUS* pStatus);

typedef struct JPKI_FUNCTION_LIST {
    CK_VERSION version; /* 1.1 */
    JPKI_GetTokenStatus_t JPKI_GetTokenStatus;
    JPKI_GetModuleStatus_t JPKI_GetModuleStatus;
    JPKI_AllowLastTry_t JPKI_AllowLastTry;   /* since 1.1 */
    JPKI_GetSlotStatus_t JPKI_GetSlotStatus; /* since 1.1 */
} JPKI_FUNCTION_LIST;

#ifdef __cplusplus
}
#endif

#endif
