// Which objects there are, when, and under which handles (PKCS#11 3.2 §§4.4, 4.13, 5.7).
#include <string.h>

#include "stage.h"
#include "statements.h"

enum { kMost = 16, kUniqueId = 32 };

// What is visible: U the user's certificate, A its authority's, P the public and S the private (secret) key,
// and the digit of each profile. Profiles are last, so that a program which takes the first object meets a
// certificate.
static const char* const kPublic[kTokens] = {"UAP1234", "A123"};
static const char* const kUser[kTokens] = {"UAPS1234", "UAPS123"};

static char letter_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS class = ~0UL;
    CK_ULONG detail = 0;
    (void)read_attribute(session, object, CKA_CLASS, &class, sizeof(class));
    switch (class) {
        case CKO_PUBLIC_KEY: return 'P';
        case CKO_PRIVATE_KEY: return 'S';
        case CKO_CERTIFICATE:
            (void)read_attribute(session, object, CKA_CERTIFICATE_CATEGORY, &detail, sizeof(detail));
            if (detail == CK_CERTIFICATE_CATEGORY_TOKEN_USER) return 'U';
            return detail == CK_CERTIFICATE_CATEGORY_AUTHORITY ? 'A' : '?';
        case CKO_PROFILE:
            (void)read_attribute(session, object, CKA_PROFILE_ID, &detail, sizeof(detail));
            return (char)('0' + (char)detail);
        default: return '?';
    }
}

static void assert_found(CK_SESSION_HANDLE session, CK_ATTRIBUTE* template, CK_ULONG size,
                         const char* expected) {
    CK_OBJECT_HANDLE found[kMost];
    CK_ULONG count = 0;
    char letters[kMost + 1] = {0};
    assert_rv(p11->C_FindObjectsInit(session, template, size), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    for (CK_ULONG i = 0; i < count; ++i)
        letters[i] = letter_of(session, found[i]);
    assert_string_equal(letters, expected);
}

static void assert_found_by_class(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, const char* expected) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof(class)};
    assert_found(session, &wanted, 1, expected);
}

static void assert_found_by_privacy(CK_SESSION_HANDLE session, CK_BBOOL value, const char* expected) {
    CK_ATTRIBUTE wanted = {CKA_PRIVATE, &value, sizeof(value)};
    assert_found(session, &wanted, 1, expected);
}

// Handles are numbers that can be guessed: those near the visible ones lead to nothing else.
static void assert_guesses_fail(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE found[kMost];
    const CK_ULONG count = find_objects(session, ~0UL, found, kMost);
    for (CK_OBJECT_HANDLE guess = found[0] - kMost; guess != found[0] + kMost; ++guess) {
        CK_ATTRIBUTE class = {CKA_CLASS, NULL, 0};
        CK_ULONG i = 0;
        while (i < count && found[i] != guess)
            ++i;
        assert_rv(p11->C_GetAttributeValue(session, guess, &class, 1),
                  i < count ? CKR_OK : CKR_OBJECT_HANDLE_INVALID);
    }
}

static void assert_public_set(CK_SESSION_HANDLE session, int token) {
    assert_found(session, NULL, 0, kPublic[token]);
    assert_found_by_privacy(session, CK_FALSE, kPublic[token]);
    // Not even when asked for.
    assert_found_by_privacy(session, CK_TRUE, "");
    assert_found_by_class(session, CKO_PRIVATE_KEY, "");
    assert_guesses_fail(session);
}

static void assert_user_set(CK_SESSION_HANDLE session, int token) {
    assert_found(session, NULL, 0, kUser[token]);
    assert_found_by_privacy(session, CK_FALSE, kPublic[token]);
    assert_found_by_privacy(session, CK_TRUE, token == kAuthentication ? "S" : "UPS");
    assert_found_by_class(session, CKO_PRIVATE_KEY, "S");
}

void statement_095_an_empty_template_lists_exactly_what_is_visible(void** state) {
    (void)state;
    static const CK_OBJECT_CLASS kNever[] = {
        CKO_DATA,    CKO_SECRET_KEY, CKO_HW_FEATURE, CKO_DOMAIN_PARAMETERS, CKO_MECHANISM,
        CKO_OTP_KEY, CKO_VALIDATION, CKO_TRUST,      CKO_VENDOR_DEFINED};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE reading = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE writing = open_session((enum token)token, CKF_RW_SESSION);
        assert_public_set(reading, token);
        assert_public_set(writing, token);
        assert_rv(log_in(reading, kFacts[token].pin), CKR_OK);
        assert_user_set(reading, token);
        assert_user_set(writing, token);
        // The other token's login is its own.
        const int neighbour = 1 - token;
        const CK_SESSION_HANDLE other = open_session((enum token)neighbour, 0);
        assert_public_set(other, neighbour);
        for (size_t i = 0; i < sizeof(kNever) / sizeof(kNever[0]); ++i)
            assert_found_by_class(reading, kNever[i], "");
        assert_rv(p11->C_Logout(writing), CKR_OK);
        assert_public_set(reading, token);
        assert_public_set(writing, token);
    }
}

void statement_100_an_object_has_one_handle_while_it_is_visible(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE before[kMost];
        CK_OBJECT_HANDLE after[kMost];
        CK_OBJECT_HANDLE again[kMost];
        const CK_SESSION_HANDLE first = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE second = open_session((enum token)token, CKF_RW_SESSION);
        const CK_ULONG publicly = find_objects(first, ~0UL, before, kMost);
        assert_int_equal(find_objects(second, ~0UL, again, kMost), publicly);
        assert_memory_equal(again, before, publicly * sizeof(*again));
        for (CK_ULONG i = 0; i < publicly; ++i) {
            assert_int_not_equal(before[i], CK_INVALID_HANDLE);
            for (CK_ULONG k = 0; k < i; ++k)
                assert_int_not_equal(before[i], before[k]);
        }

        assert_rv(log_in(second, kFacts[token].pin), CKR_OK);
        const CK_ULONG all = find_objects(first, ~0UL, after, kMost);
        // Reading from the card changes no handle.
        CK_BYTE value[4096];
        (void)read_attribute(first, find_user_certificate(first), CKA_VALUE, value, sizeof(value));
        (void)read_attribute(first, find_key(first, CKO_PRIVATE_KEY), CKA_MODULUS, value, sizeof(value));
        const CK_SESSION_HANDLE third = open_session((enum token)token, 0);
        assert_int_equal(find_objects(third, ~0UL, again, kMost), all);
        assert_memory_equal(again, after, all * sizeof(*again));
        // What was visible before the login has kept its handle.
        for (CK_ULONG i = 0; i < publicly; ++i) {
            CK_ULONG k = 0;
            while (k < all && after[k] != before[i])
                ++k;
            assert_in_range(k, 0, all - 1);
        }

        assert_rv(p11->C_CloseAllSessions(slot_of((enum token)token)), CKR_OK);
        const CK_SESSION_HANDLE last = open_session((enum token)token, 0);
        assert_int_equal(find_objects(last, ~0UL, again, kMost), publicly);
        assert_memory_equal(again, before, publicly * sizeof(*again));
    }
}

struct known_id {
    CK_BYTE id[kUniqueId];
    int token;
    char letter;
};

static CK_ULONG record_unique_ids(struct known_id known[2 * kMost]) {
    CK_ULONG recorded = 0;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE found[kMost];
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_ULONG count = find_objects(session, ~0UL, found, kMost);
        for (CK_ULONG i = 0; i < count; ++i, ++recorded) {
            CK_OBJECT_HANDLE hit[2];
            CK_ULONG hits = 0;
            struct known_id* at = &known[recorded];
            CK_ATTRIBUTE wanted = {CKA_UNIQUE_ID, at->id, kUniqueId};
            assert_int_equal(read_attribute(session, found[i], CKA_UNIQUE_ID, at->id, kUniqueId), kUniqueId);
            assert_rv(p11->C_FindObjectsInit(session, &wanted, 1), CKR_OK);
            assert_rv(p11->C_FindObjects(session, hit, 2, &hits), CKR_OK);
            assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
            assert_int_equal(hits, 1);
            assert_int_equal(hit[0], found[i]);
            at->token = token;
            at->letter = letter_of(session, found[i]);
            for (size_t k = 0; k < kUniqueId; ++k)
                assert_non_null(memchr("0123456789ABCDEF", at->id[k], 16));
        }
    }
    return recorded;
}

void statement_101_unique_ids_are_unique_stable_and_searchable(void** state) {
    struct known_id before[2 * kMost];
    struct known_id after[2 * kMost];
    const CK_ULONG count = record_unique_ids(before);
    assert_int_equal(count, strlen(kUser[kAuthentication]) + strlen(kUser[kSignature]));
    for (CK_ULONG i = 0; i < count; ++i)
        for (CK_ULONG k = 0; k < i; ++k)
            assert_memory_not_equal(before[i].id, before[k].id, kUniqueId);

    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(initialized_with_card(state), 0);
    assert_int_equal(record_unique_ids(after), count);
    for (CK_ULONG i = 0; i < count; ++i) {
        assert_memory_equal(after[i].id, before[i].id, kUniqueId);
        assert_int_equal(after[i].token, before[i].token);
        assert_int_equal(after[i].letter, before[i].letter);
    }
}

void statement_110_objects_cannot_be_copied_destroyed_or_changed(void** state) {
    (void)state;
    CK_BBOOL no = CK_FALSE;
    char label[] = "mine";
    CK_ATTRIBUTE session_object[] = {{CKA_TOKEN, &no, sizeof(no)}};
    CK_ATTRIBUTE renamed[] = {{CKA_LABEL, label, sizeof(label) - 1}};
    for (int token = 0; token < kTokens; ++token) {
        for (CK_FLAGS writing = 0; writing <= CKF_RW_SESSION; writing += CKF_RW_SESSION) {
            CK_OBJECT_HANDLE found[kMost];
            CK_OBJECT_HANDLE copy = 0;
            CK_ULONG size = 0;
            const CK_SESSION_HANDLE session = open_session((enum token)token, writing);
            assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
            const CK_ULONG count = find_objects(session, ~0UL, found, kMost);
            for (CK_ULONG i = 0; i < count; ++i) {
                assert_rv(p11->C_CopyObject(session, found[i], session_object, 1, &copy),
                          CKR_ACTION_PROHIBITED);
                assert_rv(p11->C_CopyObject(session, found[i], NULL, 0, &copy), CKR_ACTION_PROHIBITED);
                assert_rv(p11->C_SetAttributeValue(session, found[i], renamed, 1), CKR_ACTION_PROHIBITED);
                assert_rv(p11->C_DestroyObject(session, found[i]), CKR_ACTION_PROHIBITED);
                assert_rv(p11->C_GetObjectSize(session, found[i], &size), CKR_OK);
                assert_in_range(size, 1, 65536);
                assert_rv(p11->C_GetObjectSize(session, found[i], NULL), CKR_ARGUMENTS_BAD);
            }
            assert_int_equal(copy, 0);
            assert_found(session, NULL, 0, kUser[token]);
            assert_found(session, renamed, 1, "");
            static const CK_OBJECT_HANDLE kBad[] = {CK_INVALID_HANDLE, 77777};
            for (size_t i = 0; i < 2; ++i) {
                assert_rv(p11->C_CopyObject(session, kBad[i], session_object, 1, &copy),
                          CKR_OBJECT_HANDLE_INVALID);
                assert_rv(p11->C_SetAttributeValue(session, kBad[i], renamed, 1), CKR_OBJECT_HANDLE_INVALID);
                assert_rv(p11->C_DestroyObject(session, kBad[i]), CKR_OBJECT_HANDLE_INVALID);
                assert_rv(p11->C_GetObjectSize(session, kBad[i], &size), CKR_OBJECT_HANDLE_INVALID);
            }
            assert_rv(p11->C_CloseSession(session), CKR_OK);
        }
    }
}

void statement_111_profiles_are_found_as_nss_looks_for_them(void** state) {
    (void)state;
    static const char* const kProfiles[kTokens] = {"1234", "123"};
    CK_BBOOL yes = CK_TRUE;
    CK_OBJECT_CLASS class = CKO_PROFILE;
    CK_ATTRIBUTE as_nss[] = {{CKA_TOKEN, &yes, sizeof(yes)}, {CKA_CLASS, &class, sizeof(class)}};
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        assert_found(session, as_nss, 2, kProfiles[token]);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        assert_found(session, as_nss, 2, kProfiles[token]);
    }
}
