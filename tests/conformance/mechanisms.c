// C_GetMechanismList and C_GetMechanismInfo (PKCS#11 3.2 §§5.5.5, 5.5.6).
#include <string.h>

#include "stage.h"
#include "statements.h"

enum { kMost = 64 };

// All that the default card's tokens offer, in this order.
static const CK_MECHANISM_TYPE kOffered[] = {
    CKM_RSA_PKCS,        CKM_SHA1_RSA_PKCS,   CKM_SHA224_RSA_PKCS, CKM_SHA256_RSA_PKCS,
    CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS_PSS,    CKM_SHA256_RSA_PKCS_PSS,
    CKM_SHA_1,           CKM_SHA224,          CKM_SHA256,          CKM_SHA384,
    CKM_SHA512};
enum { kOfferedCount = sizeof(kOffered) / sizeof(kOffered[0]), kDigests = 5 };

static int is_offered(CK_MECHANISM_TYPE type) {
    for (size_t i = 0; i < kOfferedCount; ++i)
        if (kOffered[i] == type) return 1;
    return 0;
}

static void assert_list(CK_SLOT_ID slot) {
    CK_MECHANISM_TYPE types[kMost];
    CK_MECHANISM_TYPE before[kMost];
    CK_ULONG count = 0;
    memset(types, 0xA5, sizeof(types));
    memcpy(before, types, sizeof(types));
    assert_rv(p11->C_GetMechanismList(slot, types, NULL), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetMechanismList(slot, NULL, &count), CKR_OK);
    assert_int_equal(count, kOfferedCount);
    count = kOfferedCount - 1;
    assert_rv(p11->C_GetMechanismList(slot, types, &count), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(count, kOfferedCount);
    assert_memory_equal(types, before, sizeof(types));
    count = kMost;
    assert_rv(p11->C_GetMechanismList(slot, types, &count), CKR_OK);
    assert_int_equal(count, kOfferedCount);
    assert_memory_equal(types, kOffered, sizeof(kOffered));
    assert_int_equal(types[kOfferedCount], before[0]);
}

void statement_041_mechanism_list_and_info_agree(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_MECHANISM_INFO info;
        const CK_SLOT_ID slot = slot_of((enum token)token);
        assert_list(slot);
        for (size_t i = 0; i < kOfferedCount; ++i) {
            const int signs = i < kOfferedCount - kDigests;
            assert_rv(p11->C_GetMechanismInfo(slot, kOffered[i], NULL), CKR_ARGUMENTS_BAD);
            assert_rv(p11->C_GetMechanismInfo(slot, kOffered[i], &info), CKR_OK);
            assert_int_equal(info.ulMinKeySize, signs ? 2048 : 0);
            assert_int_equal(info.ulMaxKeySize, signs ? 2048 : 0);
            // Hashing may be ours, but the step with the key is the card's.
            assert_int_equal(info.flags, signs ? CKF_HW | CKF_SIGN | CKF_VERIFY : CKF_DIGEST);
        }
        for (CK_MECHANISM_TYPE type = 0; type < 0x400; ++type)
            if (!is_offered(type))
                assert_rv(p11->C_GetMechanismInfo(slot, type, &info), CKR_MECHANISM_INVALID);
        assert_rv(p11->C_GetMechanismInfo(slot, CKM_VENDOR_DEFINED, &info), CKR_MECHANISM_INVALID);
        assert_rv(p11->C_GetMechanismInfo(slot, ~0UL, &info), CKR_MECHANISM_INVALID);
    }
}
