// Every attribute of every object, with guards around the buffer (PKCS#11 3.2 §5.7.5).
#include <string.h>

#include "support/ban.h"
#include "support/session.h"

enum { kMost = 16, kLargest = 4096, kGuard = 32, kFill = 0xA5 };

static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char* name;
    const char* answers;
} kRows[] = {
#define ROW(attribute, answers) {attribute, #attribute, answers},
#include "support/attribute_rows.def"
#undef ROW
};
enum { kRowCount = sizeof(kRows) / sizeof(kRows[0]) };

static CK_BYTE buffer[kGuard + kLargest + kGuard];

// Asks for one attribute with a buffer of `size` between guards, of which nothing may change but the value.
static CK_RV ask(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG size,
                 CK_ULONG* length) {
    memset(buffer, kFill, sizeof(buffer));
    CK_ATTRIBUTE attribute = {type, buffer + kGuard, size};
    const CK_RV rv = p11->C_GetAttributeValue(session, object, &attribute, 1);
    *length = attribute.ulValueLen;
    assert_ptr_equal(attribute.pValue, buffer + kGuard);
    const CK_ULONG written = rv == CKR_OK ? attribute.ulValueLen : 0;
    for (size_t i = 0; i < sizeof(buffer); ++i) {
        if (i >= kGuard && i < kGuard + written) continue;
        if (buffer[i] != kFill) fail_msg("attribute 0x%lx: octet %zu was written", type, i - kGuard);
    }
    return rv;
}

static void assert_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, size_t row, int empty) {
    const CK_ATTRIBUTE_TYPE type = kRows[row].type;
    CK_ATTRIBUTE query = {type, NULL, 99};
    CK_ULONG length = 0;
    assert_rv(p11->C_GetAttributeValue(session, object, &query, 1), CKR_OK);
    const CK_ULONG size = query.ulValueLen;
    if (size > kLargest || (size == 0) != empty) fail_msg("%s has length %lu", kRows[row].name, size);
    assert_rv(ask(session, object, type, size, &length), CKR_OK);
    assert_int_equal(length, size);
    assert_rv(ask(session, object, type, kLargest, &length), CKR_OK);
    assert_int_equal(length, size);
    if (size == 0) return;
    assert_rv(ask(session, object, type, size - 1, &length), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(length, CK_UNAVAILABLE_INFORMATION);
    assert_rv(ask(session, object, type, 0, &length), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(length, CK_UNAVAILABLE_INFORMATION);
}

static void assert_refused(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, size_t row, CK_RV expected) {
    CK_ATTRIBUTE query = {kRows[row].type, NULL, 0};
    CK_ULONG length = 0;
    assert_rv(p11->C_GetAttributeValue(session, object, &query, 1), expected);
    assert_int_equal(query.ulValueLen, CK_UNAVAILABLE_INFORMATION);
    assert_rv(ask(session, object, kRows[row].type, kLargest, &length), expected);
    assert_int_equal(length, CK_UNAVAILABLE_INFORMATION);
}

static size_t column_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
    CK_OBJECT_CLASS class = 0;
    CK_ULONG category = 0;
    (void)read_attribute(session, object, CKA_CLASS, &class, sizeof(class));
    if (class == CKO_PROFILE) return 0;
    if (class == CKO_PUBLIC_KEY) return 3;
    if (class == CKO_PRIVATE_KEY) return 4;
    assert_int_equal(class, CKO_CERTIFICATE);
    (void)read_attribute(session, object, CKA_CERTIFICATE_CATEGORY, &category, sizeof(category));
    return category == CK_CERTIFICATE_CATEGORY_TOKEN_USER ? 1 : 2;
}

static void every_attribute_answers_as_specified_and_writes_only_its_value(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_OBJECT_HANDLE found[kMost];
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_ULONG count = find_objects(session, ~0UL, found, kMost);
        for (CK_ULONG i = 0; i < count; ++i) {
            const size_t column = column_of(session, found[i]);
            for (size_t row = 0; row < kRowCount; ++row) {
                const char answer = kRows[row].answers[column];
                if (answer == 'v' || answer == 'e') assert_value(session, found[i], row, answer == 'e');
                if (answer == 's') assert_refused(session, found[i], row, CKR_ATTRIBUTE_SENSITIVE);
                if (answer == '-') assert_refused(session, found[i], row, CKR_ATTRIBUTE_TYPE_INVALID);
            }
        }
    }
}

static void a_mixed_template_is_answered_entry_by_entry(void** state) {
    (void)state;
    CK_BYTE class[8];
    CK_BYTE small[3];
    CK_BYTE secret[256];
    CK_BYTE label[64];
    memset(small, kFill, sizeof(small));
    const CK_SESSION_HANDLE session = open_logged_in(kAuthentication);
    const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
    CK_ATTRIBUTE list[] = {{CKA_CLASS, class, sizeof(class)},
                           {CKA_VENDOR_DEFINED, secret, sizeof(secret)},
                           {CKA_PRIVATE_EXPONENT, secret, sizeof(secret)},
                           {CKA_MODULUS, small, sizeof(small)},
                           {CKA_LABEL, label, sizeof(label)},
                           {CKA_MODULUS, NULL, 0}};
    assert_rv(p11->C_GetAttributeValue(session, key, list, 6), CKR_ATTRIBUTE_SENSITIVE);
    const CK_ULONG lengths[] = {
        8, CK_UNAVAILABLE_INFORMATION, CK_UNAVAILABLE_INFORMATION, CK_UNAVAILABLE_INFORMATION, 23, 256};
    for (size_t i = 0; i < 6; ++i)
        assert_int_equal(list[i].ulValueLen, lengths[i]);
    assert_memory_equal(label, "User Authentication Key", 23);
    assert_int_equal(small[0], kFill);
}

static void templates_of_no_entries_are_fine_and_missing_ones_are_not(void** state) {
    (void)state;
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const CK_OBJECT_HANDLE certificate = find_user_certificate(session);
    assert_rv(p11->C_GetAttributeValue(session, certificate, NULL, 0), CKR_OK);
    assert_rv(p11->C_GetAttributeValue(session, certificate, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetAttributeValue(session, 0, NULL, 0), CKR_OBJECT_HANDLE_INVALID);
}

static void certificate_and_keys_of_a_token_fit_together(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        CK_BYTE values[3][1024];
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE objects[] = {find_user_certificate(session), find_key(session, CKO_PUBLIC_KEY),
                                            find_key(session, CKO_PRIVATE_KEY)};
        const CK_ATTRIBUTE_TYPE common[] = {CKA_ID, CKA_SUBJECT, CKA_PUBLIC_KEY_INFO};
        for (size_t which = 0; which < 3; ++which) {
            CK_ULONG length[3];
            for (size_t i = 0; i < 3; ++i)
                length[i] = read_attribute(session, objects[i], common[which], values[i], sizeof(values[i]));
            assert_int_equal(length[0], length[1]);
            assert_int_equal(length[0], length[2]);
            assert_memory_equal(values[0], values[1], length[0]);
            assert_memory_equal(values[0], values[2], length[0]);
        }
        assert_int_equal(read_attribute(session, objects[1], CKA_MODULUS, values[0], 1024), 256);
        assert_int_not_equal(values[0][0], 0);
    }
}

int main(int argc, char** argv) {
    begin_with_virtual_card();
    load_module(argc > 1 ? argv[1] : NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, initialized_with_card, finalized)
    const struct CMUnitTest tests[] = {
        TEST(every_attribute_answers_as_specified_and_writes_only_its_value),
        TEST(a_mixed_template_is_answered_entry_by_entry),
        TEST(templates_of_no_entries_are_fine_and_missing_ones_are_not),
        TEST(certificate_and_keys_of_a_token_fit_together),
    };
    return cmocka_run_group_tests_name("attributes", tests, NULL, NULL);
}
