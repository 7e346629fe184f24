// RSASSA-PSS, offered exactly where the card makes it (PKCS#11 3.2 §6.1.11).
#include <string.h>

#include "operations.h"
#include "statements.h"
#include "support/openssl.h"

enum { kHash = 32 };

static CK_BYTE kText[] = "a handshake";
static const CK_MECHANISM_TYPE kPss[] = {CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS};

// All that the card can do.
static CK_RSA_PKCS_PSS_PARAMS own_parameters(void) {
    return (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA256, CKG_MGF1_SHA256, kHash};
}

// How many of the two are in the list; asserts that C_GetMechanismInfo agrees.
static int offered(CK_SLOT_ID slot) {
    CK_MECHANISM_TYPE types[64];
    CK_ULONG count = 64;
    int found = 0;
    assert_rv(p11->C_GetMechanismList(slot, types, &count), CKR_OK);
    for (int i = 0; i < 2; ++i) {
        CK_MECHANISM_INFO info;
        int listed = 0;
        for (CK_ULONG at = 0; at < count; ++at)
            listed += types[at] == kPss[i];
        assert_rv(p11->C_GetMechanismInfo(slot, kPss[i], &info), listed ? CKR_OK : CKR_MECHANISM_INVALID);
        if (listed) assert_int_equal(info.flags, CKF_HW | CKF_SIGN | CKF_VERIFY);
        found += listed;
    }
    return found;
}

static CK_RV pss_init(struct keys keys, CK_MECHANISM_TYPE type, CK_RSA_PKCS_PSS_PARAMS parameters) {
    CK_MECHANISM mechanism = {type, &parameters, sizeof(parameters)};
    return p11->C_SignInit(keys.session, &mechanism, keys.private_key);
}

static CK_RV pss_verify_init(struct keys keys, CK_MECHANISM_TYPE type) {
    CK_RSA_PKCS_PSS_PARAMS parameters = own_parameters();
    CK_MECHANISM mechanism = {type, &parameters, sizeof(parameters)};
    return p11->C_VerifyInit(keys.session, &mechanism, keys.public_key);
}

static void assert_right(struct keys keys, const CK_BYTE signature[kSignatureSize]) {
    CK_BYTE certificate[4096];
    const CK_ULONG size = read_attribute(keys.session, find_user_certificate(keys.session), CKA_VALUE,
                                         certificate, sizeof(certificate));
    assert_true(openssl_verifies_pss(certificate, size, kText, sizeof(kText), signature, kSignatureSize));
}

static void assert_signs(struct keys keys) {
    CK_BYTE hash[kHash];
    CK_BYTE signature[kSignatureSize];
    CK_ULONG length = kHash;
    assert_rv(digest_init(keys.session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_Digest(keys.session, kText, sizeof(kText), hash, &length), CKR_OK);
    length = kSignatureSize;
    assert_rv(pss_init(keys, CKM_RSA_PKCS_PSS, own_parameters()), CKR_OK);
    assert_rv(p11->C_Sign(keys.session, hash, kHash, signature, &length), CKR_OK);
    assert_right(keys, signature);
    assert_rv(pss_init(keys, CKM_SHA256_RSA_PKCS_PSS, own_parameters()), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, kText, sizeof(kText)), CKR_OK);
    assert_rv(p11->C_SignFinal(keys.session, signature, &length), CKR_OK);
    assert_right(keys, signature);
    assert_rv(pss_verify_init(keys, CKM_SHA256_RSA_PKCS_PSS), CKR_OK);
    assert_rv(p11->C_Verify(keys.session, kText, sizeof(kText), signature, length), CKR_OK);
    signature[0] ^= 1U;
    assert_rv(pss_verify_init(keys, CKM_RSA_PKCS_PSS), CKR_OK);
    assert_rv(p11->C_Verify(keys.session, hash, kHash, signature, length), CKR_SIGNATURE_INVALID);
    for (CK_ULONG wrong = kHash - 1; wrong <= kHash + 1; wrong += 2) {
        CK_BYTE input[kHash + 1] = {0};
        assert_rv(pss_init(keys, CKM_RSA_PKCS_PSS, own_parameters()), CKR_OK);
        assert_rv(p11->C_Sign(keys.session, input, wrong, signature, &length), CKR_DATA_LEN_RANGE);
        assert_no_signature(keys.session);
    }
}

static void assert_refuses_other_parameters(struct keys keys) {
    const CK_RSA_PKCS_PSS_PARAMS others[] = {
        {CKM_SHA384, CKG_MGF1_SHA256, kHash},
        {CKM_SHA256, CKG_MGF1_SHA1, kHash},
        {CKM_SHA256, CKG_MGF1_SHA256, 20},
        {CKM_SHA256, CKG_MGF1_SHA256, 0},
    };
    for (int i = 0; i < 2; ++i) {
        CK_RSA_PKCS_PSS_PARAMS cut = own_parameters();
        CK_MECHANISM mechanism = {kPss[i], &cut, sizeof(cut) - 1};
        for (size_t at = 0; at < sizeof(others) / sizeof(others[0]); ++at)
            assert_rv(pss_init(keys, kPss[i], others[at]), CKR_MECHANISM_PARAM_INVALID);
        assert_rv(p11->C_SignInit(keys.session, &mechanism, keys.private_key), CKR_MECHANISM_PARAM_INVALID);
        assert_rv(sign_init(keys, kPss[i]), CKR_MECHANISM_PARAM_INVALID);
        assert_no_signature(keys.session);
    }
}

static void assert_knows_nothing_of_it(struct keys keys) {
    CK_BYTE signature[kSignatureSize];
    for (int i = 0; i < 2; ++i) {
        assert_rv(pss_init(keys, kPss[i], own_parameters()), CKR_MECHANISM_INVALID);
        assert_no_signature(keys.session);
        assert_rv(pss_verify_init(keys, kPss[i]), CKR_MECHANISM_INVALID);
        assert_no_verification(keys.session);
    }
    sign_whole(keys, CKM_SHA256_RSA_PKCS, kText, sizeof(kText), signature);
}

void statement_083_pss_is_offered_exactly_when_the_card_knows_it(void** state) {
    assert_int_equal(initialized_with_card(state), 0);
    for (int token = 0; token < kTokens; ++token)
        assert_int_equal(offered(slot_of((enum token)token)), 2);
    // It was found out without a signature.
    assert_int_equal(signatures_made(kAuthentication) + signatures_made(kSignature), 0);
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        assert_signs(keys);
        assert_refuses_other_parameters(keys);
        assert_int_equal(signatures_made((enum token)token), 2);
    }
}

void statement_083_pss_is_found_out_while_the_signature_key_is_logged_in(void** state) {
    assert_int_equal(initialized_with_card(state), 0);
    assert_signs(open_keys(kSignature));
    assert_int_equal(vcard_oracle("sign_pin", "verifies"), 1);
    assert_int_equal(vcard_oracle("auth_pin", "verifies"), 0);
    assert_int_equal(signatures_made(kAuthentication), 0);
}

// The library remembers what it found out about a card, so this is another one.
void statement_083_a_card_without_pss_is_offered_none_not_even_for_verification(void** state) {
    stage_insert(kOtherPersonsCard);
    stage_set("pss=no");
    assert_int_equal(initialized_with_card(state), 0);
    for (int token = 0; token < kTokens; ++token) {
        assert_int_equal(offered(slot_of((enum token)token)), 0);
        assert_knows_nothing_of_it(open_keys((enum token)token));
        assert_int_equal(offered(slot_of((enum token)token)), 0);
    }
}

void statement_083_pss_that_a_login_refutes_is_refused_and_then_not_offered(void** state) {
    stage_insert(kAndroidPhone);
    stage_set("p1-check=after");
    stage_set("pss=no");
    assert_int_equal(initialized_with_card(state), 0);
    assert_int_equal(offered(slot_of(kAuthentication)), 2);
    assert_int_equal(offered(slot_of(kSignature)), 2);
    // Lists do not change under a program, but nothing begins that the card cannot end.
    assert_knows_nothing_of_it(open_keys(kAuthentication));
    assert_int_equal(offered(slot_of(kAuthentication)), 2);
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(initialized_with_card(state), 0);
    for (int token = 0; token < kTokens; ++token) {
        assert_int_equal(offered(slot_of((enum token)token)), 0);
        assert_knows_nothing_of_it(open_keys((enum token)token));
    }
}
