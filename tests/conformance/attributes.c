// Every attribute of every object, and how templates are answered (PKCS#11 3.2 §5.7.5).
#include <string.h>

#include "attribute_values.h"
#include "stage.h"
#include "statements.h"

enum { kGuard = 32, kFill = 0xA5 };

static CK_BYTE buffer[kGuard + kMostBytes + kGuard];

// Asks for one attribute with a buffer of `size` between guards, of which nothing may change but the value.
static CK_RV ask(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG size,
                 CK_ULONG* length) {
    memset(buffer, kFill, sizeof(buffer));
    CK_ATTRIBUTE attribute = {type, buffer + kGuard, size};
    const CK_RV rv = p11->C_GetAttributeValue(session, object, &attribute, 1);
    *length = attribute.ulValueLen;
    assert_int_equal(attribute.type, type);
    assert_ptr_equal(attribute.pValue, buffer + kGuard);
    const CK_ULONG written = rv == CKR_OK ? attribute.ulValueLen : 0;
    assert_in_range(written, 0, size);
    for (size_t i = 0; i < sizeof(buffer); ++i) {
        if (i >= kGuard && i < kGuard + written) continue;
        if (buffer[i] != kFill) fail_msg("attribute 0x%lx: byte %zu was written", type, i - kGuard);
    }
    return rv;
}

// One thing that is asked of each attribute of each visible object.
typedef void (*each)(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                     const struct attribute_answer* expected);

static void ask_each(CK_SESSION_HANDLE session, int token, each question) {
    struct token_objects objects;
    struct attribute_answer expected;
    look_at_objects(session, (enum token)token, &objects);
    for (CK_ULONG i = 0; i < objects.count; ++i) {
        for (size_t row = 0; row < kAttributeRowCount; ++row) {
            expect_attribute(&objects, i, row, &expected);
            question(session, objects.list[i].handle, kAttributeRows[row].type, &expected);
        }
    }
    release_objects(&objects);
}

// The first listing finds out whether the card knows PSS, which CKA_ALLOWED_MECHANISMS then says.
static void list_mechanisms(int token) {
    CK_ULONG count = 0;
    assert_rv(p11->C_GetMechanismList(slot_of((enum token)token), NULL, &count), CKR_OK);
}

static void ask_each_when_logged_in(each question) {
    for (int token = 0; token < kTokens; ++token) {
        list_mechanisms(token);
        ask_each(open_logged_in((enum token)token), token, question);
    }
}

static void is_exact(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                     const struct attribute_answer* expected) {
    CK_ATTRIBUTE query = {type, NULL, 0};
    CK_ULONG length = 0;
    const CK_RV rv = p11->C_GetAttributeValue(session, object, &query, 1);
    if (rv != expected->rv || query.ulValueLen != expected->size)
        fail_msg("attribute 0x%lx: 0x%lx with length %lu, not 0x%lx with %lu", type, rv, query.ulValueLen,
                 expected->rv, expected->size);
    assert_rv(ask(session, object, type, kMostBytes, &length), expected->rv);
    assert_int_equal(length, expected->size);
    if (expected->rv == CKR_OK && expected->exact && memcmp(buffer + kGuard, expected->value, length) != 0)
        fail_msg("attribute 0x%lx has another value", type);
}

// The size that C_GetObjectSize tells is that of all values, so none is there that the rows do not know.
static void assert_sizes(CK_SESSION_HANDLE session, int token) {
    struct token_objects objects;
    struct attribute_answer expected;
    look_at_objects(session, (enum token)token, &objects);
    for (CK_ULONG i = 0; i < objects.count; ++i) {
        CK_ULONG sum = 0;
        CK_ULONG size = 0;
        for (size_t row = 0; row < kAttributeRowCount; ++row) {
            expect_attribute(&objects, i, row, &expected);
            if (expected.rv == CKR_OK) sum += expected.size;
        }
        assert_rv(p11->C_GetObjectSize(session, objects.list[i].handle, &size), CKR_OK);
        assert_int_equal(size, sum);
    }
    release_objects(&objects);
}

void statement_095_every_attribute_of_every_object_is_exact(void** state) {
    (void)state;
    for (int token = 0; token < kTokens; ++token) {
        list_mechanisms(token);
        const CK_SESSION_HANDLE session = open_session((enum token)token, 0);
        ask_each(session, token, is_exact);
        assert_rv(log_in(session, kFacts[token].pin), CKR_OK);
        ask_each(session, token, is_exact);
        assert_sizes(session, token);
    }
}

// Entries of every kind, for a private key.
enum { kEntries = 6, kRoom = 64 };
static const struct {
    CK_ATTRIBUTE_TYPE type;
    CK_ULONG room;  // 0: no buffer
    CK_ULONG length;
} kEntry[kEntries] = {
    {CKA_CLASS, 8, 8},
    {CKA_VENDOR_DEFINED, kRoom, CK_UNAVAILABLE_INFORMATION},
    {CKA_PRIVATE_EXPONENT, kRoom, CK_UNAVAILABLE_INFORMATION},
    {CKA_MODULUS, 3, CK_UNAVAILABLE_INFORMATION},
    {CKA_PUBLIC_EXPONENT, kRoom, 3},
    {CKA_MODULUS, 0, 256},
};

static void assert_entry_answered(const CK_ATTRIBUTE* answer, size_t entry, const CK_BYTE value[kRoom]) {
    const int written = kEntry[entry].room != 0 && kEntry[entry].length <= kEntry[entry].room;
    assert_int_equal(answer->type, kEntry[entry].type);
    assert_int_equal(answer->ulValueLen, kEntry[entry].length);
    if (written) assert_int_not_equal(value[0], kFill);
    for (CK_ULONG k = written ? kEntry[entry].length : 0; k < kRoom; ++k)
        assert_int_equal(value[k], kFill);
}

// Asks for the entries whose bits are set, beginning with the how manyth.
static void assert_mixed(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, unsigned bits, size_t first,
                         CK_RV expected) {
    CK_ATTRIBUTE list[kEntries];
    CK_BYTE values[kEntries][kRoom];
    size_t asked[kEntries];
    CK_ULONG count = 0;
    memset(values, kFill, sizeof(values));
    for (size_t i = 0; i < kEntries; ++i) {
        const size_t entry = (i + first) % kEntries;
        if ((bits >> entry & 1U) == 0) continue;
        CK_BYTE* value = kEntry[entry].room == 0 ? NULL : values[entry];
        list[count] = (CK_ATTRIBUTE){kEntry[entry].type, value, kEntry[entry].room};
        asked[count++] = entry;
    }
    assert_rv(p11->C_GetAttributeValue(session, key, list, count), expected);
    for (CK_ULONG i = 0; i < count; ++i)
        assert_entry_answered(&list[i], asked[i], values[asked[i]]);
}

void statement_102_every_entry_of_a_mixed_template_is_answered(void** state) {
    (void)state;
    // The worst of what is asked for is the answer, whatever its place.
    static const struct {
        unsigned bits;
        CK_RV rv;
    } kTemplates[] = {
        {0x3F, CKR_ATTRIBUTE_SENSITIVE},
        {0x3B, CKR_ATTRIBUTE_TYPE_INVALID},
        {0x1D, CKR_ATTRIBUTE_SENSITIVE},
        {0x39, CKR_BUFFER_TOO_SMALL},
        {0x35, CKR_ATTRIBUTE_SENSITIVE},
        {0x33, CKR_ATTRIBUTE_TYPE_INVALID},
        {0x31, CKR_OK},
    };
    for (int token = 0; token < kTokens; ++token) {
        const CK_SESSION_HANDLE session = open_logged_in((enum token)token);
        const CK_OBJECT_HANDLE key = find_key(session, CKO_PRIVATE_KEY);
        for (size_t i = 0; i < sizeof(kTemplates) / sizeof(kTemplates[0]); ++i)
            for (size_t first = 0; first < kEntries; ++first)
                assert_mixed(session, key, kTemplates[i].bits, first, kTemplates[i].rv);
    }
}

void statement_102_empty_templates_are_answered_and_missing_ones_refused(void** state) {
    (void)state;
    CK_BYTE class[8];
    CK_ATTRIBUTE list[] = {{CKA_CLASS, class, sizeof(class)}};
    const CK_SESSION_HANDLE session = open_session(kAuthentication, 0);
    const CK_OBJECT_HANDLE certificate = find_user_certificate(session);
    assert_rv(p11->C_GetAttributeValue(session, certificate, NULL, 0), CKR_OK);
    assert_rv(p11->C_GetAttributeValue(session, certificate, list, 0), CKR_OK);
    assert_int_equal(list[0].ulValueLen, sizeof(class));
    assert_rv(p11->C_GetAttributeValue(session, certificate, NULL, 1), CKR_ARGUMENTS_BAD);
    assert_rv(p11->C_GetAttributeValue(session, CK_INVALID_HANDLE, list, 1), CKR_OBJECT_HANDLE_INVALID);
    assert_rv(p11->C_GetAttributeValue(session, 77777, list, 1), CKR_OBJECT_HANDLE_INVALID);
    assert_rv(p11->C_GetAttributeValue(session, CK_INVALID_HANDLE, NULL, 0), CKR_OBJECT_HANDLE_INVALID);
    assert_rv(p11->C_GetAttributeValue(77777, certificate, list, 1), CKR_SESSION_HANDLE_INVALID);
}

static void length_is_true(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                           const struct attribute_answer* expected) {
    static const CK_ULONG kGiven[] = {99, 0, 1, CK_UNAVAILABLE_INFORMATION};
    for (size_t i = 0; i < sizeof(kGiven) / sizeof(kGiven[0]); ++i) {
        CK_ATTRIBUTE query = {type, NULL, kGiven[i]};
        assert_rv(p11->C_GetAttributeValue(session, object, &query, 1), expected->rv);
        assert_int_equal(query.ulValueLen, expected->size);
        assert_null(query.pValue);
    }
}

void statement_103_a_null_value_gets_the_true_length(void** state) {
    (void)state;
    ask_each_when_logged_in(length_is_true);
}

static unsigned empty_attributes;

static void is_empty_and_there(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                               const struct attribute_answer* expected) {
    if (expected->rv != CKR_OK || expected->size != 0) return;
    CK_BYTE before[8];
    CK_BYTE after[8];
    CK_ULONG length = 99;
    CK_ATTRIBUTE list[] = {
        {CKA_CLASS, before, sizeof(before)}, {type, NULL, 99}, {CKA_CLASS, after, sizeof(after)}};
    assert_rv(p11->C_GetAttributeValue(session, object, list, 3), CKR_OK);
    assert_int_equal(list[1].ulValueLen, 0);
    assert_memory_equal(before, after, sizeof(after));
    for (CK_ULONG room = 0; room <= kMostBytes; room = room * 8 + 1) {
        assert_rv(ask(session, object, type, room, &length), CKR_OK);
        assert_int_equal(length, 0);
    }
    ++empty_attributes;
}

void statement_104_an_empty_attribute_is_empty_and_there(void** state) {
    (void)state;
    empty_attributes = 0;
    ask_each_when_logged_in(is_empty_and_there);
    assert_int_equal(empty_attributes, 2 * (2 * 3 + 2 * 2));  // two certificates and two keys of each token
}

static void spoils_nothing_else(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                                const struct attribute_answer* expected) {
    if (expected->rv != CKR_OK || expected->size == 0) return;
    CK_OBJECT_CLASS class = ~0UL;
    CK_BBOOL token = 99;
    memset(buffer, kFill, sizeof(buffer));
    CK_ATTRIBUTE list[] = {{CKA_CLASS, &class, sizeof(class)},
                           {type, buffer, expected->size - 1},
                           {CKA_TOKEN, &token, sizeof(token)},
                           {type, buffer + expected->size, expected->size}};
    assert_rv(p11->C_GetAttributeValue(session, object, list, 4), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(list[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
    for (CK_ULONG i = 0; i < expected->size; ++i)
        assert_int_equal(buffer[i], kFill);
    assert_int_equal(list[0].ulValueLen, sizeof(class));
    assert_int_not_equal(class, ~0UL);
    assert_int_equal(list[2].ulValueLen, sizeof(token));
    assert_int_equal(token, CK_TRUE);
    assert_int_equal(list[3].ulValueLen, expected->size);
    if (expected->exact) assert_memory_equal(buffer + expected->size, expected->value, expected->size);
}

void statement_105_a_small_buffer_spoils_its_own_entry_only(void** state) {
    (void)state;
    ask_each_when_logged_in(spoils_nothing_else);
}

static void keeps_within_its_buffer(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                    CK_ATTRIBUTE_TYPE type, const struct attribute_answer* expected) {
    const int there = expected->rv == CKR_OK;
    const CK_ULONG size = there ? expected->size : 8;
    const CK_ULONG rooms[] = {0, 1, size == 0 ? 0 : size - 1, size, size + 1, kMostBytes};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); ++i) {
        CK_ULONG length = 0;
        const CK_RV rv = ask(session, object, type, rooms[i], &length);
        const int fits = there && size <= rooms[i];
        assert_rv(rv, there && !fits ? CKR_BUFFER_TOO_SMALL : expected->rv);
        assert_int_equal(length, fits ? size : CK_UNAVAILABLE_INFORMATION);
    }
}

void statement_106_no_answer_exceeds_its_buffer(void** state) {
    (void)state;
    ask_each_when_logged_in(keeps_within_its_buffer);
}
