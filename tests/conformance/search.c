// Searches: their beginning, end and answers (PKCS#11 3.2 §§5.7.7 to 5.7.9).
#include <string.h>

#include "stage.h"
#include "statements.h"

enum { kMost = 16, kUntouched = 0xA5A5, kHalfUlong = sizeof(CK_ULONG) / 2 };

// How many objects match; at most kMost.
static CK_ULONG hits(CK_SESSION_HANDLE session, CK_ATTRIBUTE* template, CK_ULONG size) {
    CK_OBJECT_HANDLE found[kMost];
    CK_ULONG count = kUntouched;
    assert_rv(p11->C_FindObjectsInit(session, template, size), CKR_OK);
    assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
    assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    return count;
}

void statement_096_a_search_has_a_beginning_and_an_end(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE found[kMost];
        CK_ULONG count = 0;
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE other = open_session((enum token)token, 0);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_FindObjectsInit(session, NULL, 1), CKR_ARGUMENTS_BAD);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);

        assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
        assert_rv(p11->C_FindObjects(session, found, 1, &count), CKR_OK);
        assert_int_equal(count, 1);
        // A second beginning does not disturb the search, and another session has one of its own.
        assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OPERATION_ACTIVE);
        assert_rv(p11->C_FindObjects(other, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);
        const CK_ULONG all = find_objects(other, ~0UL, found, kMost);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OK);
        assert_int_equal(count, all - 1);

        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
        assert_int_equal(find_objects(session, ~0UL, found, kMost), all);
    }
}

void statement_097_one_at_a_time_is_all_at_once(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE all[100];
        CK_ULONG total = 0;
        CK_ULONG count = 0;
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
        assert_rv(p11->C_FindObjects(session, all, 100, &total), CKR_OK);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
        assert_in_range(total, 2, 99);

        assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
        assert_rv(p11->C_FindObjects(session, all, 1, NULL), CKR_ARGUMENTS_BAD);
        for (CK_ULONG i = 0; i < total; ++i) {
            CK_OBJECT_HANDLE one[2] = {kUntouched, kUntouched};
            count = kUntouched;
            assert_rv(p11->C_FindObjects(session, one, 0, &count), CKR_OK);
            assert_int_equal(count, 0);
            assert_int_equal(one[0], kUntouched);
            assert_rv(p11->C_FindObjects(session, one, 1, &count), CKR_OK);
            assert_int_equal(count, 1);
            assert_int_equal(one[0], all[i]);
            assert_int_equal(one[1], kUntouched);
        }
        for (int i = 0; i < 3; ++i) {
            count = kUntouched;
            assert_rv(p11->C_FindObjects(session, all, 100, &count), CKR_OK);
            assert_int_equal(count, 0);
        }
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    }
}

void statement_098_templates_match_every_byte_and_length(void** state) {
    (void)state;
    CK_OBJECT_CLASS certificate = CKO_CERTIFICATE;
    CK_OBJECT_CLASS public_key = CKO_PUBLIC_KEY;
    CK_OBJECT_CLASS nss_trust = 0xCE534353UL;
    CK_BYTE id[] = {0x01, 0x00};
    CK_BYTE ca_id[] = {0x03};
    CK_BBOOL yes = CK_TRUE;
    CK_BYTE two = 2;
    char label[] = "User Authentication Certificate";
    char other_case[] = "User authentication Certificate";
    const CK_ULONG label_size = sizeof(label) - 1;
    CK_BYTE value[4096];
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const CK_ULONG size =
        read_attribute(session, find_user_certificate(session), CKA_VALUE, value, sizeof(value) - 1);
    struct {
        CK_ATTRIBUTE list[2];
        CK_ULONG size;
        CK_ULONG hits;
    } rows[] = {
        {{{CKA_CLASS, &certificate, sizeof(certificate)}}, 1, 2},
        {{{CKA_CLASS, &certificate, kHalfUlong}}, 1, 0},
        {{{CKA_CLASS, &nss_trust, sizeof(nss_trust)}}, 1, 0},
        {{{CKA_CLASS, &certificate, sizeof(certificate)}, {CKA_ID, id, 1}}, 2, 1},
        {{{CKA_ID, id, 1}}, 1, 2},  // the certificate and its public key
        {{{CKA_ID, id, 0}}, 1, 0},
        {{{CKA_ID, id, 2}}, 1, 0},
        {{{CKA_TOKEN, &yes, 1}}, 1, 7},
        {{{CKA_TOKEN, &two, 1}}, 1, 0},
        {{{CKA_LABEL, label, label_size}}, 1, 1},
        {{{CKA_LABEL, label, label_size - 1}}, 1, 0},
        {{{CKA_LABEL, label, label_size + 1}}, 1, 0},
        {{{CKA_LABEL, other_case, label_size}}, 1, 0},
        {{{CKA_VALUE, value, size}}, 1, 1},
        {{{CKA_VALUE, value, size - 1}}, 1, 0},
        {{{CKA_VALUE, value, size + 1}}, 1, 0},
        // The same attribute twice is two conditions.
        {{{CKA_CLASS, &certificate, sizeof(certificate)}, {CKA_CLASS, &certificate, sizeof(certificate)}},
         2,
         2},
        {{{CKA_CLASS, &certificate, sizeof(certificate)}, {CKA_CLASS, &public_key, sizeof(public_key)}},
         2,
         0},
        {{{CKA_ID, id, 1}, {CKA_ID, ca_id, 1}}, 2, 0},
        // An empty attribute is there; one that is unknown, sensitive or another object's is not.
        {{{CKA_URL, NULL, 0}}, 1, 2},
        {{{CKA_MODULUS_BITS, NULL, 0}}, 1, 0},
        {{{CKA_VENDOR_DEFINED | 0x0A5A5A5AUL, id, 1}}, 1, 0},
        {{{CKA_VENDOR_DEFINED | 0x0A5A5A5AUL, NULL, 0}}, 1, 0},
        {{{CKA_PRIVATE_EXPONENT, id, 1}}, 1, 0},
        {{{CKA_CLASS, &certificate, sizeof(certificate)}, {CKA_KEY_TYPE, id, 1}}, 2, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        const CK_ULONG count = hits(session, rows[i].list, rows[i].size);
        if (count != rows[i].hits) fail_msg("row %zu: %lu hits, not %lu", i, count, rows[i].hits);
    }
    value[size / 2] ^= 1U;
    CK_ATTRIBUTE altered = {CKA_VALUE, value, size};
    assert_int_equal(hits(session, &altered, 1), 0);
}

void statement_098_searches_by_what_is_known_ask_the_card_nothing(void** state) {
    (void)state;
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    CK_BYTE id[] = {0x01};
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    char label[] = "User Authentication Certificate";
    CK_ATTRIBUTE by_class[] = {{CKA_TOKEN, &yes, 1}, {CKA_CLASS, &class, sizeof(class)}, {CKA_ID, id, 1}};
    CK_ATTRIBUTE by_type[] = {{CKA_CERTIFICATE_TYPE, &type, sizeof(type)}, {CKA_PRIVATE, &no, 1}};
    CK_ATTRIBUTE by_label[] = {{CKA_LABEL, label, sizeof(label) - 1}};
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const unsigned long before = vcard_apdus_steady();
    assert_int_equal(hits(session, by_class, 3), 1);
    assert_int_equal(hits(session, by_type, 2), 2);
    assert_int_equal(hits(session, by_label, 1), 1);
    assert_int_equal(hits(session, NULL, 0), 7);
    assert_int_equal(vcard_apdus(), before);
}

// Whether a search outlives a login is the module's choice (§5.6.8); it must be one of the two.
static void assert_search_harmless(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE found[kMost];
    CK_ULONG count = 0;
    const CK_RV rv = p11->C_FindObjects(session, found, kMost, &count);
    if (rv == CKR_OK) {
        for (CK_ULONG i = 0; i < count; ++i) {
            CK_ATTRIBUTE class = {CKA_CLASS, NULL, 0};
            const CK_RV answer = p11->C_GetAttributeValue(session, found[i], &class, 1);
            if (answer != CKR_OK) assert_rv(answer, CKR_OBJECT_HANDLE_INVALID);
        }
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OK);
    } else {
        assert_rv(rv, CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
    }
}

static void begin_and_find_one(CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    assert_rv(p11->C_FindObjectsInit(session, NULL, 0), CKR_OK);
    assert_rv(p11->C_FindObjects(session, &found, 1, &count), CKR_OK);
    assert_int_equal(count, 1);
}

void statement_099_login_and_logout_during_a_search_harm_nothing(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE found[kMost];
        CK_ULONG count = 0;
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        const CK_SESSION_HANDLE other = open_session((enum token)token, 0);
        const CK_ULONG public_objects = find_objects(session, ~0UL, found, kMost);

        begin_and_find_one(session);
        assert_rv(log_in(other, kFacts[token].pin), CKR_OK);
        assert_search_harmless(session);
        const CK_ULONG all_objects = find_objects(session, ~0UL, found, kMost);
        assert_true(all_objects > public_objects);

        // A search dies with the login: it may hold private objects.
        begin_and_find_one(session);
        begin_and_find_one(other);
        assert_rv(p11->C_Logout(other), CKR_OK);
        assert_rv(p11->C_FindObjects(session, found, kMost, &count), CKR_OPERATION_NOT_INITIALIZED);
        assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
        // And hinders no other, also where nobody has noticed.
        begin_and_find_one(other);
        assert_rv(p11->C_FindObjectsFinal(other), CKR_OK);
        assert_int_equal(find_objects(session, ~0UL, found, kMost), public_objects);
        assert_rv(p11->C_CloseSession(session), CKR_OK);
        assert_rv(p11->C_CloseSession(other), CKR_OK);
    }
}
