// The fixed fields of information structures (PKCS#11 3.2 §3.2): blank padded, not terminated, UTF-8.
#include <string.h>

#include "stage.h"
#include "statements.h"

// The length of the UTF-8 character at `text`, 0 for none; enough of RFC 3629 to find a cut one.
static size_t character(const CK_UTF8CHAR* text, size_t left) {
    const size_t length = text[0] < 0x80   ? 1
                          : text[0] < 0xC2 ? 0
                          : text[0] < 0xE0 ? 2
                          : text[0] < 0xF0 ? 3
                                           : 4;
    if (length > left) return 0;
    for (size_t i = 1; i < length; ++i)
        if ((text[i] & 0xC0U) != 0x80) return 0;
    return length;
}

#define assert_text(field) assert_text_of((field), sizeof(field), #field)
static void assert_text_of(const CK_UTF8CHAR* field, size_t size, const char* name) {
    for (size_t at = 0; at < size;) {
        const size_t length = character(field + at, size - at);
        if (length == 0 || field[at] < ' ') fail_msg("%s: byte %zu is 0x%02X", name, at, field[at]);
        at += length;
    }
}

static void assert_slot_texts(CK_SLOT_ID slot, CK_SLOT_INFO* info) {
    memset(info, 0, sizeof(*info));
    assert_rv(p11->C_GetSlotInfo(slot, info), CKR_OK);
    assert_text(info->slotDescription);
    assert_padded(info->manufacturerID, "JPKI");
}

void statement_027_fixed_strings_are_padded_and_cut_at_a_character(void** state) {
    (void)state;
    CK_INFO library;
    assert_rv(p11->C_GetInfo(&library), CKR_OK);
    assert_padded(library.manufacturerID, "JPKI");
    assert_padded(library.libraryDescription, "jpki-pkcs11");
    for (int token = 0; token < kTokens; ++token) {
        CK_SLOT_INFO slot;
        CK_TOKEN_INFO info;
        assert_slot_texts(slot_of((enum token)token), &slot);
        // pcscd adds two numbers to the name that the driver gives.
        assert_memory_equal(slot.slotDescription, "Virtual PCD 00 00", 17);
        memset(&info, 0, sizeof(info));
        assert_rv(p11->C_GetTokenInfo(slot_of((enum token)token), &info), CKR_OK);
        assert_padded(info.label, kFacts[token].label);
        assert_padded(info.manufacturerID, "JPKI");
        assert_padded(info.model, "My Number Card");
        assert_padded(info.utcTime, "");
        for (size_t i = 0; i < sizeof(info.serialNumber); ++i)
            assert_non_null(memchr("0123456789ABCDEF", info.serialNumber[i], 16));
    }
}

void statement_027_a_long_japanese_reader_name_is_cut_at_a_character(void** state) {
    (void)state;
    enum { kShifts = 3, kCharacters = 42, kKatakana = 3, kRoom = 60 };
    char names[kShifts][128] = {"A", "AB", "ABC"};
    for (size_t shift = 0; shift < kShifts; ++shift) {
        for (int i = 0; i < kCharacters && strlen(names[shift]) + kKatakana < sizeof(names[shift]); ++i)
            strcat(names[shift], "\xE3\x82\xAB");  // NOLINT(clang-analyzer-security.*): it fits, see above
        stage_plug_in(names[shift]);
    }
    assert_rv(p11->C_Finalize(NULL), CKR_OK);
    assert_int_equal(initialized_with_card(NULL), 0);
    CK_SLOT_ID slots[16];
    CK_ULONG count = 16;
    assert_rv(p11->C_GetSlotList(CK_FALSE, slots, &count), CKR_OK);
    assert_int_equal(count, 2 * (2 + kShifts));
    for (size_t shift = 0; shift < kShifts; ++shift) {
        const size_t ascii = shift + 1;
        const size_t kept = kRoom - (kRoom - ascii) % kKatakana;
        for (CK_ULONG purpose = 0; purpose < kTokens; ++purpose) {
            CK_SLOT_INFO info;
            char expected[sizeof(info.slotDescription) + 1] = "";
            assert_slot_texts(slots[2 * (2 + shift) + purpose], &info);
            memcpy(expected, names[shift], kept);
            memcpy(expected + kept, purpose == 0 ? " [A]" : " [S]", 4);
            assert_padded(info.slotDescription, expected);
        }
    }
}
