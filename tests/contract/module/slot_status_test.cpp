// JPKI_GetSlotStatus: why a card cannot be used, told apart from there being none; and it never asks for
// that.
#include <cstddef>

#include "world.hpp"

// After cryptoki.h, which it builds on.
#include "jpki/jpki_pkcs11.h"

namespace jpki::testing {

class SlotStatus : public World {
  protected:
    static CK_ULONG card_in(CK_SLOT_ID slot) {
        CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
        CK_INTERFACE* found = nullptr;
        EXPECT_EQ(C_GetInterface(name, nullptr, &found, 0), CKR_OK);
        JPKI_SLOT_STATUS status{};
        status.ulSize = sizeof status;
        const auto* list = static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
        EXPECT_EQ(list->JPKI_GetSlotStatus(slot, &status), CKR_OK);
        return status.ulCard;
    }
    // What C_GetTokenInfo says, and then both slots of the reader.
    static void expect(CK_RV rv, CK_ULONG card) {
        CK_TOKEN_INFO info{};
        EXPECT_EQ(C_GetTokenInfo(kAuth, &info), rv);
        EXPECT_EQ(card_in(kAuth), card);
        EXPECT_EQ(card_in(kSign), card);
    }
    void fail_commands_with(Errc code) {
        readers.on_command([code](ByteView) { return std::optional(code); }, nullptr);
    }
};

TEST_F(SlotStatus, IsPresentForACardThatAnswersAndAsksNothing) {
    initialize();
    EXPECT_EQ(card_in(kAuth), JPKI_CARD_PRESENT);
    EXPECT_EQ(commands(), 0U);
    expect(CKR_OK, JPKI_CARD_PRESENT);
}

TEST_F(SlotStatus, IsNoneWithoutACard) {
    readers.remove();
    initialize();
    expect(CKR_TOKEN_NOT_PRESENT, JPKI_CARD_NONE);
}

TEST_F(SlotStatus, IsForeignForACardWithoutTheApplication) {
    ASSERT_TRUE(set("family", "bank"));
    initialize();
    expect(CKR_TOKEN_NOT_RECOGNIZED, JPKI_CARD_FOREIGN);
}

TEST_F(SlotStatus, IsSilentForACardThatDoesNotAnswerUntilItDoes) {
    initialize();
    fail_commands_with(Errc::card_mute);
    expect(CKR_DEVICE_ERROR, JPKI_CARD_SILENT);
    readers.on_command(nullptr, nullptr);
    expect(CKR_OK, JPKI_CARD_PRESENT);
}

TEST_F(SlotStatus, IsSilentForACardThatAnswersTooLate) {
    timing.identification = std::chrono::milliseconds(100);
    initialize();
    ASSERT_EQ(slots(false).size(), 2U);
    readers.before_command([](ByteView) { std::this_thread::sleep_for(std::chrono::milliseconds(400)); });
    expect(CKR_DEVICE_ERROR, JPKI_CARD_SILENT);
}

TEST_F(SlotStatus, IsBusyWhileAnotherProgramHasTheCard) {
    timing.identification = std::chrono::milliseconds(300);
    initialize();
    readers.hold(true);
    expect(CKR_DEVICE_ERROR, JPKI_CARD_BUSY);
    readers.hold(false);
    expect(CKR_OK, JPKI_CARD_PRESENT);
}

TEST_F(SlotStatus, IsFailingForWhateverElseIsWrong) {
    initialize();
    fail_commands_with(Errc::transport);
    expect(CKR_DEVICE_ERROR, JPKI_CARD_FAILING);
}

TEST_F(SlotStatus, OfAnotherCardKnowsNothingOfTheOneBefore) {
    initialize();
    fail_commands_with(Errc::card_mute);
    expect(CKR_DEVICE_ERROR, JPKI_CARD_SILENT);
    readers.on_command(nullptr, nullptr);
    insert(other_persons_card());
    EXPECT_EQ(card_in(kAuth), JPKI_CARD_PRESENT);
}

TEST_F(SlotStatus, AWrongPinSaysNothingAgainstTheCard) {
    initialize();
    EXPECT_EQ(login(open(kAuth), "9998"), CKR_PIN_INCORRECT);
    EXPECT_EQ(card_in(kAuth), JPKI_CARD_PRESENT);
}

const JPKI_FUNCTION_LIST& vendor_list() {
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = nullptr;
    EXPECT_EQ(C_GetInterface(name, nullptr, &found, 0), CKR_OK);
    return *static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
}

constexpr CK_ULONG kUntouched = 0xA5A5U;

// A program that was built with the header of 1.0 knows the fields up to ulRenewalOpen.
TEST_F(SlotStatus, AnOlderCallersTokenStatusIsFilledAsFarAsItKnows) {
    initialize();
    constexpr CK_ULONG kOlder = 9 * sizeof(CK_ULONG);
    JPKI_TOKEN_STATUS status{};
    status.ulNotBefore = status.ulNotAfter = kUntouched;
    status.ulSize = kOlder - 1;
    EXPECT_EQ(vendor_list().JPKI_GetTokenStatus(kAuth, &status), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(status.ulMaxTries, 0U);
    for (const CK_ULONG size : {kOlder, kOlder + sizeof(CK_ULONG), CK_ULONG{sizeof status}}) {
        status.ulSize = size;
        ASSERT_EQ(vendor_list().JPKI_GetTokenStatus(kAuth, &status), CKR_OK) << size;
        EXPECT_EQ(status.ulSize, size);
        EXPECT_EQ(status.ulMaxTries, 3U);
        EXPECT_EQ(status.ulNotBefore == kUntouched, size == kOlder);
        EXPECT_EQ(status.ulNotAfter == kUntouched, size < sizeof status);
    }
}

// As a program has it that was built with a later header.
template <class Struct>
struct Newer {
    Newer() { known.ulSize = sizeof *this; }
    Struct known{};
    CK_ULONG later = kUntouched;
};

TEST_F(SlotStatus, ANewerCallersStructsAreFilledAsFarAsTheModuleKnows) {
    initialize();
    Newer<JPKI_TOKEN_STATUS> token;
    ASSERT_EQ(vendor_list().JPKI_GetTokenStatus(kAuth, &token.known), CKR_OK);
    EXPECT_NE(token.known.ulNotAfter, 0U);
    EXPECT_EQ(token.known.ulSize, sizeof token);
    EXPECT_EQ(token.later, kUntouched);
    Newer<JPKI_SLOT_STATUS> slot;
    ASSERT_EQ(vendor_list().JPKI_GetSlotStatus(kAuth, &slot.known), CKR_OK);
    EXPECT_EQ(slot.known.ulCard, JPKI_CARD_PRESENT);
    EXPECT_EQ(slot.known.ulSize, sizeof slot);
    EXPECT_EQ(slot.later, kUntouched);
}

}  // namespace jpki::testing
