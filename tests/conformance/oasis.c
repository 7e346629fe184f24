// The four mandatory test cases of PKCS#11 Profiles 3.2 as sequences of calls, for every token that claims
// the profile. Order, templates, maxima and buffers are the cases'; strings, numbers and handles are compared
// by what they must be, since no product has the cases' own. Where a case shows a freedom of its example
// (CKF_RNG, a key pair generator, the label of a key), what stands here instead is said.
#include <string.h>

#include "attribute_values.h"
#include "stage.h"
#include "statements.h"
#include "support/openssl.h"

enum { kMostSlots = 16, kMostMechanisms = 64, kModulusRoom = 1024, kSignatureRoom = 256 };

// --- the parts that the cases share

static void assert_info(void) {
    CK_INFO info;
    assert_rv(p11->C_GetInfo(&info), CKR_OK);
    assert_int_equal(info.cryptokiVersion.major, 3);
    assert_int_equal(info.cryptokiVersion.minor, 2);
    assert_int_equal(info.flags, 0);
    assert_null(memchr(info.manufacturerID, 0, sizeof(info.manufacturerID)));
    assert_null(memchr(info.libraryDescription, 0, sizeof(info.libraryDescription)));
}

// C_Initialize, C_GetInfo, and C_GetSlotList twice. initialized_with_card() waits for the virtual card, which
// a case takes for granted. A case goes on with the first slot; here each token has its turn.
static CK_SLOT_ID begin(enum token token) {
    CK_SLOT_ID slots[kMostSlots];
    CK_ULONG count = 0;
    assert_int_equal(initialized_with_card(NULL), 0);
    assert_info();
    assert_rv(p11->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
    assert_in_range(count, kTokens, kMostSlots);
    const CK_ULONG told = count;
    assert_rv(p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    assert_int_equal(count, told);
    return slots[token];
}

static void assert_slot(CK_SLOT_ID slot) {
    CK_SLOT_INFO info;
    assert_rv(p11->C_GetSlotInfo(slot, &info), CKR_OK);
    assert_true((info.flags & CKF_TOKEN_PRESENT) != 0);
    assert_null(memchr(info.slotDescription, 0, sizeof(info.slotDescription)));
    assert_null(memchr(info.manufacturerID, 0, sizeof(info.manufacturerID)));
}

// The example has CKF_RNG and CKF_RESTORE_KEY_NOT_NEEDED, and a clock, none of which the profile asks for.
static void assert_token(CK_SLOT_ID slot, enum token token) {
    static const CK_FLAGS kWanted = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED;
    CK_TOKEN_INFO info;
    assert_rv(p11->C_GetTokenInfo(slot, &info), CKR_OK);
    assert_padded(info.label, kFacts[token].label);
    assert_null(memchr(info.serialNumber, 0, sizeof(info.serialNumber)));
    assert_int_equal(info.flags & kWanted, kWanted);
    assert_int_equal(info.ulMaxSessionCount, CK_EFFECTIVELY_INFINITE);
    assert_int_equal(info.ulSessionCount, 0);
    assert_int_equal(info.ulMaxRwSessionCount, CK_EFFECTIVELY_INFINITE);
    assert_int_equal(info.ulRwSessionCount, 0);
    assert_in_range(info.ulMinPinLen, 1, info.ulMaxPinLen);
}

static CK_SESSION_HANDLE open_at(CK_SLOT_ID slot, CK_FLAGS flags) {
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    assert_rv(p11->C_OpenSession(slot, flags, NULL, NULL, &session), CKR_OK);
    assert_int_not_equal(session, CK_INVALID_HANDLE);
    return session;
}

static void begin_search_of_token(CK_SESSION_HANDLE session) {
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE template[] = {{CKA_TOKEN, &yes, sizeof(yes)}};
    assert_rv(p11->C_FindObjectsInit(session, template, 1), CKR_OK);
}

static void find_first(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    begin_search_of_token(session);
    assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OK);
    assert_int_equal(count, 1);
    assert_int_not_equal(object, CK_INVALID_HANDLE);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
}

// C_CloseAllSessions comes after the only session was closed.
static void end(CK_SLOT_ID slot, CK_SESSION_HANDLE session) {
    assert_rv(p11->C_CloseSession(session), CKR_OK);
    assert_rv(p11->C_CloseAllSessions(slot), CKR_OK);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
}

static int claims(enum token token, CK_PROFILE_ID profile) {
    CK_OBJECT_CLASS class = CKO_PROFILE;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof(class)},
                               {CKA_PROFILE_ID, &profile, sizeof(profile)}};
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    const CK_SESSION_HANDLE session = open_session(token, 0);
    assert_rv(p11->C_FindObjectsInit(session, template, 2), CKR_OK);
    assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    return count == 1;
}

static void play_where_claimed(CK_PROFILE_ID profile, int claimants, void (*play)(enum token token)) {
    int claimed[kTokens];
    assert_int_equal(initialized_with_card(NULL), 0);
    for (int token = 0; token < kTokens; ++token)
        claimed[token] = claims((enum token)token, profile);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    int played = 0;
    for (int token = 0; token < kTokens; ++token) {
        if (!claimed[token]) continue;
        play((enum token)token);
        ++played;
    }
    assert_int_equal(played, claimants);
}

// --- the cases

static void play_baseline(enum token token) {
    const CK_SLOT_ID slot = begin(token);
    assert_slot(slot);
    assert_token(slot, token);
    const CK_SESSION_HANDLE session = open_at(slot, CKF_SERIAL_SESSION);
    find_first(session);
    end(slot, session);
}

void statement_121_oasis_bl_m_1_32_baseline(void** state) {
    (void)state;
    play_where_claimed(CKP_BASELINE_PROVIDER, 2, play_baseline);
}

// Length first, then the value into a buffer of just that length.
static CK_ULONG read_in_two_calls(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                                  CK_BYTE* value, CK_ULONG room) {
    CK_ATTRIBUTE template[] = {{type, NULL, 0}};
    assert_rv(p11->C_GetAttributeValue(session, object, template, 1), CKR_OK);
    const CK_ULONG length = template[0].ulValueLen;
    assert_in_range(length, 1, room);
    template[0].pValue = value;
    assert_rv(p11->C_GetAttributeValue(session, object, template, 1), CKR_OK);
    assert_int_equal(template[0].ulValueLen, length);
    return length;
}

// Read while the search still goes on, and nobody logs in. The example's first object is the label of a list
// of certificates and its second one of them; here they are the user's certificate and its authority's.
static void play_public_certificates(enum token token) {
    enum { kAsked = 5 };
    CK_OBJECT_HANDLE found[kAsked] = {CK_INVALID_HANDLE};
    CK_BYTE value[kMostBytes];
    CK_ULONG count = 0;
    const CK_SLOT_ID slot = begin(token);
    const CK_SESSION_HANDLE session = open_at(slot, CKF_SERIAL_SESSION);
    begin_search_of_token(session);
    assert_rv(p11->C_FindObjects(session, found, kAsked, &count), CKR_OK);
    assert_int_equal(count, kAsked);
    static const char kLabel[] = "User Authentication Certificate";
    assert_int_equal(read_in_two_calls(session, found[0], CKA_LABEL, value, sizeof(value)), strlen(kLabel));
    assert_memory_equal(value, kLabel, strlen(kLabel));
    const CK_ULONG size = read_in_two_calls(session, found[1], CKA_VALUE, value, sizeof(value));
    const unsigned char* at = value;
    X509* certificate = d2i_X509(NULL, &at, (long)size);
    assert_non_null(certificate);
    assert_ptr_equal(at, value + size);
    X509_free(certificate);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    end(slot, session);
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "verifies"), 0);
}

void statement_122_oasis_cert_m_1_32_public_certificates(void** state) {
    (void)state;
    play_where_claimed(CKP_PUBLIC_CERTIFICATES_TOKEN, 1, play_public_certificates);
}

// The example has SHA512, a key pair generator and RSA_PKCS; here it is every mechanism of the list, and the
// generator, which this token lacks, is not among them.
static void assert_mechanisms(CK_SLOT_ID slot) {
    CK_MECHANISM_TYPE list[kMostMechanisms];
    CK_ULONG count = 0;
    assert_rv(p11->C_GetMechanismList(slot, NULL, &count), CKR_OK);
    assert_in_range(count, 1, kMostMechanisms);
    const CK_ULONG told = count;
    assert_rv(p11->C_GetMechanismList(slot, list, &count), CKR_OK);
    assert_int_equal(count, told);
    int examples = 0;
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_MECHANISM_INFO info;
        assert_rv(p11->C_GetMechanismInfo(slot, list[i], &info), CKR_OK);
        assert_true(info.ulMinKeySize <= info.ulMaxKeySize);
        assert_int_not_equal(list[i], CKM_RSA_PKCS_KEY_PAIR_GEN);
        if (list[i] == CKM_SHA512) {
            assert_int_equal(info.flags, CKF_DIGEST);
            ++examples;
        }
        if (list[i] == CKM_RSA_PKCS) {
            assert_int_equal(info.flags & (CKF_SIGN | CKF_VERIFY), CKF_SIGN | CKF_VERIFY);
            ++examples;
        }
    }
    assert_int_equal(examples, 2);
}

static void play_extended(enum token token) {
    const CK_SLOT_ID slot = begin(token);
    assert_slot(slot);
    assert_token(slot, token);
    assert_mechanisms(slot);
    const CK_SESSION_HANDLE session = open_at(slot, CKF_RW_SESSION | CKF_SERIAL_SESSION);
    assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
    find_first(session);
    assert_rv(p11->C_Logout(session), CKR_OK);
    end(slot, session);
}

void statement_123_oasis_ext_m_1_32_extended(void** state) {
    (void)state;
    play_where_claimed(CKP_EXTENDED_PROVIDER, 2, play_extended);
}

static CK_OBJECT_HANDLE find_by_label(CK_SESSION_HANDLE session, const char* label, CK_OBJECT_CLASS class) {
    CK_BBOOL yes = CK_TRUE;
    char copy[64];
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    memcpy(copy, label, strlen(label));
    CK_ATTRIBUTE template[] = {
        {CKA_TOKEN, &yes, sizeof(yes)}, {CKA_LABEL, copy, strlen(label)}, {CKA_CLASS, &class, sizeof(class)}};
    assert_rv(p11->C_FindObjectsInit(session, template, 3), CKR_OK);
    assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OK);
    assert_int_equal(count, 1);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    return object;
}

// The example signs a certificate request that holds the public key, 391 bytes long; so does this, with
// other bytes around the key. It has its key's and signature's bytes; here OpenSSL verifies.
static void play_authentication(enum token token) {
    enum { kRequest = 391, kKeyAt = 100 };
    static const char* const kLabels[kTokens][2] = {
        {"User Authentication Public Key", "User Authentication Key"},
        {"Digital Signature Public Key", "Digital Signature Key"},
    };
    CK_BYTE modulus[kModulusRoom];
    CK_BYTE exponent[kModulusRoom];
    CK_BYTE request[kRequest];
    CK_BYTE signature[kSignatureRoom];
    CK_BYTE certificate[kMostBytes];
    CK_ULONG length = sizeof(signature);
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    const CK_SLOT_ID slot = begin(token);
    const CK_SESSION_HANDLE session = open_at(slot, CKF_RW_SESSION | CKF_SERIAL_SESSION);
    assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
    const CK_OBJECT_HANDLE public_key = find_by_label(session, kLabels[token][0], CKO_PUBLIC_KEY);
    CK_ATTRIBUTE template[] = {{CKA_MODULUS, modulus, sizeof(modulus)},
                               {CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)}};
    assert_rv(p11->C_GetAttributeValue(session, public_key, template, 2), CKR_OK);
    assert_int_equal(template[0].ulValueLen, sizeof(signature));
    assert_int_equal(template[1].ulValueLen, 3);
    assert_memory_equal(exponent, "\x01\x00\x01", 3);
    const CK_OBJECT_HANDLE private_key = find_by_label(session, kLabels[token][1], CKO_PRIVATE_KEY);
    memset(request, 0x30, sizeof(request));
    memcpy(request + kKeyAt, modulus, template[0].ulValueLen);
    assert_rv(p11->C_SignInit(session, &mechanism, private_key), CKR_OK);
    assert_rv(p11->C_Sign(session, request, sizeof(request), signature, &length), CKR_OK);
    assert_int_equal(length, sizeof(signature));
    // Not of the case: what the signature is checked with.
    const CK_ULONG size =
        read_attribute(session, find_user_certificate(session), CKA_VALUE, certificate, sizeof(certificate));
    assert_rv(p11->C_Logout(session), CKR_OK);
    end(slot, session);
    assert_true(openssl_verifies(certificate, size, "SHA256", request, sizeof(request), signature, length));
    assert_int_equal(vcard_oracle(kFacts[token].key_part, "signatures"), 1);
    assert_int_equal(vcard_oracle(kFacts[token].pin_part, "failed"), 0);
}

void statement_124_oasis_auth_m_1_32_authentication(void** state) {
    (void)state;
    play_where_claimed(CKP_AUTHENTICATION_TOKEN, 2, play_authentication);
}
