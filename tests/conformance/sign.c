// Signatures by both keys: how they are asked for and what comes out (PKCS#11 3.2 §§5.2, 5.13, 6.1).
#include <string.h>

#include "operations.h"
#include "statements.h"

enum { kInput = 300, kCut = 100, kPattern = 0xA5 };

// Bytes that differ from their neighbours.
static void fill(CK_BYTE input[kInput]) {
    for (size_t i = 0; i < kInput; ++i)
        input[i] = (CK_BYTE)(i * 7 + 1);
}

void statement_075_length_queries_and_small_buffers_make_one_signature(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_BYTE text[] = "a filing";
        CK_BYTE signature[kSignatureSize];
        CK_ULONG length = 0;
        const struct keys keys = open_keys((enum token)token);
        assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(keys.session, text, sizeof(text), NULL, &length), CKR_OK);
        assert_rv(p11->C_Sign(keys.session, text, sizeof(text), NULL, &length), CKR_OK);
        length = kSignatureSize - 1;
        assert_rv(p11->C_Sign(keys.session, text, sizeof(text), signature, &length), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(signatures_made((enum token)token), 0);
        length = kSignatureSize;
        assert_rv(p11->C_Sign(keys.session, text, sizeof(text), signature, &length), CKR_OK);
        assert_int_equal(signatures_made((enum token)token), 1);
        assert_true(is_signature(keys, "SHA256", text, sizeof(text), signature));
        assert_no_signature(keys.session);
    }
}

static CK_BYTE kText[] = "a filing";

static CK_RV finish(struct keys keys, int in_parts, CK_BYTE* signature, CK_ULONG* length) {
    return in_parts ? p11->C_SignFinal(keys.session, signature, length)
                    : p11->C_Sign(keys.session, kText, sizeof(kText), signature, length);
}

static void assert_pattern(const CK_BYTE* from, const CK_BYTE* end) {
    for (; from < end; ++from)
        assert_int_equal(*from, kPattern);
}

static void assert_lengths_are_told(struct keys keys, int in_parts) {
    CK_BYTE signature[kSignatureSize + 16];
    const CK_BYTE* end = signature + sizeof(signature);
    const CK_ULONG small[] = {0, 1, kSignatureSize - 1};
    CK_ULONG length = 7;
    memset(signature, kPattern, sizeof(signature));
    assert_rv(sign_init(keys, CKM_SHA256_RSA_PKCS), CKR_OK);
    if (in_parts) assert_rv(p11->C_SignUpdate(keys.session, kText, sizeof(kText)), CKR_OK);
    const unsigned long before = vcard_apdus_steady();
    assert_rv(finish(keys, in_parts, NULL, &length), CKR_OK);
    assert_int_equal(length, kSignatureSize);
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); ++i) {
        length = small[i];
        assert_rv(finish(keys, in_parts, signature, &length), CKR_BUFFER_TOO_SMALL);
        assert_int_equal(length, kSignatureSize);
        assert_pattern(signature, end);
    }
    assert_int_equal(vcard_apdus(), before);
    length = sizeof(signature);
    assert_rv(finish(keys, in_parts, signature, &length), CKR_OK);
    assert_int_equal(length, kSignatureSize);
    assert_pattern(signature + kSignatureSize, end);
    assert_true(is_signature(keys, "SHA256", kText, sizeof(kText), signature));
}

void statement_076_the_length_is_told_and_a_small_buffer_untouched(void** state) {
    (void)state;
    assert_lengths_are_told(open_keys(kAuthentication), 0);
    assert_lengths_are_told(open_keys(kSignature), 1);
}

void statement_079_final_without_update_signs_the_empty_message(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        for (size_t i = 0; i < kSignings; ++i) {
            CK_BYTE signature[kSignatureSize];
            CK_ULONG length = kSignatureSize;
            assert_rv(sign_init(keys, kSigning[i].type), CKR_OK);
            // An empty block is not what this card pads.
            const CK_RV expected = kSigning[i].digest == NULL ? CKR_DATA_LEN_RANGE : CKR_OK;
            assert_rv(p11->C_SignFinal(keys.session, signature, &length), expected);
            if (expected == CKR_OK) assert_true(is_signature(keys, kSigning[i].digest, "", 0, signature));
            assert_no_signature(keys.session);
        }
        assert_int_equal(signatures_made((enum token)token), kSignings - 1);
    }
}

void statement_080_raw_input_is_bounded_by_what_the_card_takes(void** state) {
    (void)state;
    CK_BYTE input[kInput];
    CK_BYTE signature[kSignatureSize];
    CK_ULONG length = kSignatureSize;
    fill(input);
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        const CK_ULONG refused[] = {0, kMostRaw + 1, kInput};
        const CK_ULONG taken[] = {1, kMostRaw};
        const unsigned long before = vcard_apdus_steady();
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); ++i) {
            assert_rv(sign_init(keys, CKM_RSA_PKCS), CKR_OK);
            assert_rv(p11->C_Sign(keys.session, input, refused[i], signature, &length), CKR_DATA_LEN_RANGE);
            assert_no_signature(keys.session);
        }
        assert_rv(sign_init(keys, CKM_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_Sign(keys.session, NULL, 0, signature, &length), CKR_DATA_LEN_RANGE);
        assert_rv(sign_init(keys, CKM_RSA_PKCS), CKR_OK);
        assert_rv(p11->C_SignUpdate(keys.session, input, kMostRaw), CKR_OK);
        assert_rv(p11->C_SignUpdate(keys.session, input, 1), CKR_DATA_LEN_RANGE);
        assert_no_signature(keys.session);
        assert_int_equal(vcard_apdus(), before);
        for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); ++i) {
            sign_whole(keys, CKM_RSA_PKCS, input, taken[i], signature);
            assert_true(is_signature(keys, NULL, input, taken[i], signature));
        }
    }
}

static void sign_in_parts(struct keys keys, CK_MECHANISM_TYPE type, CK_BYTE* input, CK_ULONG size,
                          CK_BYTE signature[kSignatureSize]) {
    CK_ULONG length = kSignatureSize;
    assert_rv(sign_init(keys, type), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, input, kCut), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, NULL, 0), CKR_OK);
    assert_rv(p11->C_SignUpdate(keys.session, input + kCut, size - kCut), CKR_OK);
    assert_rv(p11->C_SignFinal(keys.session, signature, &length), CKR_OK);
    assert_int_equal(length, kSignatureSize);
}

// What stands before the value in a DigestInfo (RFC 8017 §9.2, note 1).
struct digest_info {
    CK_MECHANISM_TYPE hash;
    CK_ULONG size;
    CK_BYTE prefix[19];
};
static const struct digest_info* digest_info_of(CK_MECHANISM_TYPE signing) {
#define SHA2(last, size, total)                                        \
    {0x30, (total), 0x30, 0x0D, 0x06,   0x09, 0x60, 0x86, 0x48,  0x01, \
     0x65, 0x03,    0x04, 0x02, (last), 0x05, 0x00, 0x04, (size)}
    static const struct digest_info kSha1 = {
        CKM_SHA_1,
        15,
        {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 20}};
    static const struct digest_info kSha224 = {CKM_SHA224, 19, SHA2(4, 28, 0x2D)};
    static const struct digest_info kSha256 = {CKM_SHA256, 19, SHA2(1, 32, 0x31)};
    static const struct digest_info kSha384 = {CKM_SHA384, 19, SHA2(2, 48, 0x41)};
    static const struct digest_info kSha512 = {CKM_SHA512, 19, SHA2(3, 64, 0x51)};
#undef SHA2
    switch (signing) {
        case CKM_SHA1_RSA_PKCS: return &kSha1;
        case CKM_SHA224_RSA_PKCS: return &kSha224;
        case CKM_SHA256_RSA_PKCS: return &kSha256;
        case CKM_SHA384_RSA_PKCS: return &kSha384;
        case CKM_SHA512_RSA_PKCS: return &kSha512;
        default: return NULL;
    }
}

static void sign_own_digest_info(struct keys keys, const struct digest_info* info, CK_BYTE* input,
                                 CK_BYTE signature[kSignatureSize]) {
    CK_BYTE block[128];
    memcpy(block, info->prefix, info->size);
    CK_ULONG length = sizeof(block) - info->size;
    assert_rv(digest_init(keys.session, info->hash), CKR_OK);
    assert_rv(p11->C_Digest(keys.session, input, kInput, block + info->size, &length), CKR_OK);
    sign_whole(keys, CKM_RSA_PKCS, block, info->size + length, signature);
}

void statement_081_one_shot_equals_parts_equals_own_digest_info(void** state) {
    (void)state;
    CK_BYTE input[kInput];
    fill(input);
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        for (size_t i = 0; i < kSignings; ++i) {
            const struct digest_info* info = digest_info_of(kSigning[i].type);
            const CK_ULONG size = info == NULL ? kMostRaw : kInput;
            CK_BYTE whole[kSignatureSize];
            CK_BYTE other[kSignatureSize];
            sign_whole(keys, kSigning[i].type, input, size, whole);
            assert_true(is_signature(keys, kSigning[i].digest, input, size, whole));
            sign_in_parts(keys, kSigning[i].type, input, size, other);
            assert_memory_equal(whole, other, kSignatureSize);
            if (info == NULL) continue;
            sign_own_digest_info(keys, info, input, other);
            assert_memory_equal(whole, other, kSignatureSize);
        }
        assert_int_equal(signatures_made((enum token)token), 3 * kSignings - 1);
    }
}

void statement_082_input_and_output_may_be_one_buffer(void** state) {
    (void)state;
    CK_BYTE input[kInput];
    fill(input);
    for (int token = 0; token < kTokens; ++token) {
        const struct keys keys = open_keys((enum token)token);
        for (size_t i = 0; i < kSignings; ++i) {
            CK_BYTE both[kSignatureSize];
            memcpy(both, input, kMostRaw);
            sign_whole(keys, kSigning[i].type, both, kMostRaw, both);
            assert_true(is_signature(keys, kSigning[i].digest, input, kMostRaw, both));
        }
    }
}
