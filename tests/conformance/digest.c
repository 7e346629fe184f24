// Digests, which need no card (PKCS#11 3.2 §5.12).
#include <stdio.h>
#include <string.h>

#include "operations.h"
#include "statements.h"

enum { kMostDigest = 64, kLong = 1000 };

static CK_BYTE kAbc[] = {'a', 'b', 'c'};

// FIPS 180-4 and its examples.
static const struct {
    CK_MECHANISM_TYPE type;
    CK_ULONG size;
    const char* of_abc;
    const char* of_nothing;
} kDigests[] = {
    {CKM_SHA_1, 20, "a9993e364706816aba3e25717850c26c9cd0d89d", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {CKM_SHA224, 28, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
     "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"},
    {CKM_SHA256, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {CKM_SHA384, 48,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"},
    {CKM_SHA512, 64,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d442"
     "3643ce80e2a9ac94fa54ca49f",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931b"
     "d47417a81a538327af927da3e"},
};
enum { kDigestCount = sizeof(kDigests) / sizeof(kDigests[0]) };

static void digest_whole(CK_SESSION_HANDLE session, size_t which, CK_BYTE* data, CK_ULONG size,
                         CK_BYTE digest[kMostDigest]) {
    CK_ULONG length = kMostDigest;
    assert_rv(digest_init(session, kDigests[which].type), CKR_OK);
    assert_rv(p11->C_Digest(session, data, size, digest, &length), CKR_OK);
    assert_int_equal(length, kDigests[which].size);
    assert_no_digest(session);
}

static void digest_in_parts(CK_SESSION_HANDLE session, size_t which, CK_BYTE* data, CK_ULONG size,
                            CK_ULONG step, CK_BYTE digest[kMostDigest]) {
    CK_ULONG length = kMostDigest;
    assert_rv(digest_init(session, kDigests[which].type), CKR_OK);
    for (CK_ULONG at = 0; at < size; at += step) {
        assert_rv(p11->C_DigestUpdate(session, data + at, size - at < step ? size - at : step), CKR_OK);
        assert_rv(p11->C_DigestUpdate(session, NULL, 0), CKR_OK);
        assert_rv(p11->C_DigestUpdate(session, data, 0), CKR_OK);
    }
    assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OK);
    assert_int_equal(length, kDigests[which].size);
    assert_no_digest(session);
}

static void assert_hex(const CK_BYTE* digest, const char* expected) {
    char text[2 * kMostDigest + 1];
    const size_t size = strlen(expected) / 2;
    for (size_t i = 0; i < size; ++i)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, expected);
}

static void assert_known_answers(CK_SESSION_HANDLE session, size_t which) {
    CK_BYTE digest[kMostDigest];
    digest_whole(session, which, kAbc, sizeof(kAbc), digest);
    assert_hex(digest, kDigests[which].of_abc);
    digest_in_parts(session, which, kAbc, sizeof(kAbc), 1, digest);
    assert_hex(digest, kDigests[which].of_abc);
    digest_whole(session, which, NULL, 0, digest);
    assert_hex(digest, kDigests[which].of_nothing);
    digest_in_parts(session, which, NULL, 0, 1, digest);
    assert_hex(digest, kDigests[which].of_nothing);
    memcpy(digest, kAbc, sizeof(kAbc));
    digest_whole(session, which, digest, sizeof(kAbc), digest);
    assert_hex(digest, kDigests[which].of_abc);
}

static void assert_parts_equal_whole(CK_SESSION_HANDLE session, size_t which) {
    static CK_BYTE data[kLong];
    CK_BYTE whole[kMostDigest];
    CK_BYTE parts[kMostDigest];
    const CK_ULONG steps[] = {1, 63, 64, 65, 128, 999};
    for (size_t i = 0; i < kLong; ++i)
        data[i] = (CK_BYTE)(i * 7 + 1);
    digest_whole(session, which, data, kLong, whole);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); ++i) {
        digest_in_parts(session, which, data, kLong, steps[i], parts);
        assert_memory_equal(parts, whole, kDigests[which].size);
    }
}

static void assert_indigestible(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_RV expected) {
    assert_rv(p11->C_DigestKey(session, key), CKR_OPERATION_NOT_INITIALIZED);
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_DigestKey(session, key), expected);
    assert_no_digest(session);
}

void statement_087_digests_are_right_whole_and_in_parts(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE public = open_session((enum token)token, 0);
        const unsigned long before = vcard_apdus_steady();
        for (size_t which = 0; which < kDigestCount; ++which) {
            assert_known_answers(public, which);
            assert_parts_equal_whole(public, which);
        }
        assert_int_equal(vcard_apdus(), before);
        const struct keys keys = open_keys((enum token)token);
        assert_indigestible(keys.session, keys.private_key, CKR_KEY_INDIGESTIBLE);
        assert_indigestible(keys.session, keys.public_key, CKR_KEY_INDIGESTIBLE);
        assert_indigestible(keys.session, find_user_certificate(keys.session), CKR_KEY_HANDLE_INVALID);
        assert_indigestible(keys.session, CK_INVALID_HANDLE, CKR_KEY_HANDLE_INVALID);
        assert_indigestible(keys.session, 77777, CKR_KEY_HANDLE_INVALID);
    }
}

static void assert_lengths_keep_the_digest(CK_SESSION_HANDLE session, int in_parts) {
    CK_BYTE digest[kMostDigest];
    CK_BYTE untouched[kMostDigest];
    CK_ULONG length = 0;
    memset(digest, 0xA5, sizeof(digest));
    memset(untouched, 0xA5, sizeof(untouched));
#define FINISH(out)                                         \
    (in_parts ? p11->C_DigestFinal(session, (out), &length) \
              : p11->C_Digest(session, kAbc, sizeof(kAbc), (out), &length))
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    if (in_parts) assert_rv(p11->C_DigestUpdate(session, kAbc, sizeof(kAbc)), CKR_OK);
    for (int i = 0; i < 2; ++i, length = 0) {
        assert_rv(FINISH(NULL), CKR_OK);
        assert_int_equal(length, 32);
    }
    length = 31;
    assert_rv(FINISH(digest), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(length, 32);
    assert_memory_equal(digest, untouched, sizeof(digest));
    length = sizeof(digest);
    assert_rv(FINISH(digest), CKR_OK);
#undef FINISH
    assert_int_equal(length, 32);
    assert_hex(digest, kDigests[2].of_abc);
    assert_no_digest(session);
}

static void assert_missing_pointers_end_it(CK_SESSION_HANDLE session) {
    CK_BYTE digest[kMostDigest];
    CK_ULONG length = sizeof(digest);
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_Digest(session, kAbc, sizeof(kAbc), digest, NULL), CKR_ARGUMENTS_BAD);
    assert_no_digest(session);
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_Digest(session, NULL, 1, digest, &length), CKR_ARGUMENTS_BAD);
    assert_no_digest(session);
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_DigestUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_no_digest(session);
    assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
    assert_rv(p11->C_DigestUpdate(session, kAbc, 1), CKR_OK);
    assert_rv(p11->C_DigestFinal(session, digest, NULL), CKR_ARGUMENTS_BAD);
    assert_no_digest(session);
}

void statement_088_digest_and_update_do_not_mix(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        CK_BYTE digest[kMostDigest];
        CK_ULONG length = sizeof(digest);
        assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
        assert_rv(p11->C_DigestUpdate(session, kAbc, sizeof(kAbc)), CKR_OK);
        assert_rv(p11->C_Digest(session, kAbc, sizeof(kAbc), digest, &length), CKR_OPERATION_ACTIVE);
        assert_no_digest(session);
        assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
        assert_rv(p11->C_Digest(session, kAbc, sizeof(kAbc), NULL, &length), CKR_OK);
        length = sizeof(digest);
        assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OPERATION_ACTIVE);
        assert_no_digest(session);
        assert_rv(digest_init(session, CKM_SHA256), CKR_OK);
        assert_rv(p11->C_Digest(session, kAbc, sizeof(kAbc), NULL, &length), CKR_OK);
        assert_rv(p11->C_DigestUpdate(session, kAbc, 1), CKR_OPERATION_ACTIVE);
        assert_no_digest(session);
        assert_lengths_keep_the_digest(session, 0);
        assert_lengths_keep_the_digest(session, 1);
        assert_missing_pointers_end_it(session);
    }
}
