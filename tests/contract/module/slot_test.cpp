// Slots, tokens and events as programs see them when readers and cards come and go.
#include <chrono>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

class Slots : public World {};

TEST_F(Slots, AListGivenAtTheFirstCallIsFilled) {
    initialize();
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    ASSERT_EQ(C_Initialize(nullptr), CKR_OK);
    CK_SLOT_ID ids[128] = {};
    CK_ULONG count = 128;
    EXPECT_EQ(C_GetSlotList(CK_FALSE, ids, &count), CKR_OK);
    EXPECT_EQ(count, 2U);
}

TEST_F(Slots, EveryReaderHasTwoSlotsAndASmallBufferIsTold) {
    readers.plug_in("Virtual PCD 00 01");
    initialize();
    EXPECT_EQ(slots(false).size(), 4U);
    EXPECT_EQ(slots(true).size(), 2U);
    CK_SLOT_ID one = 0;
    CK_ULONG count = 1;
    EXPECT_EQ(C_GetSlotList(CK_FALSE, &one, &count), CKR_BUFFER_TOO_SMALL);
    EXPECT_EQ(count, 4U);
}

TEST_F(Slots, OneTokenViewsShowOneSlotAReader) {
    view = p11::View::signature;
    initialize();
    EXPECT_EQ(slots(), std::vector<CK_SLOT_ID>{kSign});
    EXPECT_EQ(token_info(kSign).ulMinPinLen, 6U);
    CK_SLOT_INFO seen{};
    EXPECT_EQ(C_GetSlotInfo(kAuth, &seen), CKR_SLOT_ID_INVALID);
}

TEST_F(Slots, AReaderPluggedInLaterAppearsWithTheNextCount) {
    initialize();
    readers.plug_in("Virtual PCD 00 01");
    wait_for_monitor();
    CK_SLOT_INFO seen{};
    EXPECT_EQ(C_GetSlotInfo(2, &seen), CKR_SLOT_ID_INVALID);
    EXPECT_EQ(slots(false).size(), 4U);
    EXPECT_EQ(C_GetSlotInfo(2, &seen), CKR_OK);
    readers.unplug("Virtual PCD 00 01");
    wait_for_monitor();
    EXPECT_EQ(C_GetSlotInfo(2, &seen), CKR_OK);
    EXPECT_EQ(seen.flags & CKF_TOKEN_PRESENT, 0U);
    EXPECT_EQ(slots(false).size(), 2U);
    // Back again: the same name has the same number.
    readers.plug_in("Virtual PCD 00 01");
    wait_for_monitor();
    EXPECT_EQ(slots(false), (std::vector<CK_SLOT_ID>{0, 1, 2, 3}));
}

TEST_F(Slots, NamesArePaddedAndCutBetweenCharacters) {
    // 42 characters of three bytes each, 126 bytes: the cut at 60 falls between characters, at 61 it would
    // not.
    std::string name = "V";
    for (int i = 0; i < 42; ++i)
        name += "\xE3\x82\xAB";
    readers.plug_in(name);
    initialize();
    slots(false);
    CK_SLOT_INFO authentication{};
    CK_SLOT_INFO signature{};
    ASSERT_EQ(C_GetSlotInfo(2, &authentication), CKR_OK);
    ASSERT_EQ(C_GetSlotInfo(3, &signature), CKR_OK);
    const std::string text(reinterpret_cast<const char*>(authentication.slotDescription), 64);
    EXPECT_EQ(text.find('\0'), std::string::npos);
    EXPECT_NE(text.find("[A]"), std::string::npos);
    EXPECT_EQ((text.find(" [A]") - 1) % 3, 0U);
    EXPECT_NE(text, std::string(reinterpret_cast<const char*>(signature.slotDescription), 64));
}

TEST_F(Slots, ABankCardIsNotRecognisedAndClearsTokenPresentAtTheFirstAccess) {
    ASSERT_TRUE(set("family", "bank"));
    initialize();
    EXPECT_EQ(slots().size(), 2U);
    CK_TOKEN_INFO info{};
    EXPECT_EQ(C_GetTokenInfo(kAuth, &info), CKR_TOKEN_NOT_RECOGNIZED);
    EXPECT_EQ(C_GetTokenInfo(kSign, &info), CKR_TOKEN_NOT_RECOGNIZED);
    EXPECT_LE(commands(), 2U);
    EXPECT_TRUE(slots().empty());
    CK_SESSION_HANDLE session = 0;
    EXPECT_EQ(C_OpenSession(kAuth, CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_TOKEN_NOT_RECOGNIZED);
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Slots, AnEmptyReaderHasNoToken) {
    readers.remove();
    initialize();
    CK_TOKEN_INFO info{};
    EXPECT_EQ(C_GetTokenInfo(kAuth, &info), CKR_TOKEN_NOT_PRESENT);
    CK_ULONG count = 0;
    EXPECT_EQ(C_GetMechanismList(kAuth, nullptr, &count), CKR_TOKEN_NOT_PRESENT);
    CK_SESSION_HANDLE session = 0;
    EXPECT_EQ(C_OpenSession(kAuth, CKF_SERIAL_SESSION, nullptr, nullptr, &session), CKR_TOKEN_NOT_PRESENT);
}

TEST_F(Slots, WithoutPcscdThereAreNoSlotsAndLaterThereAre) {
    readers.stop_service(true);
    initialize();
    EXPECT_TRUE(slots(false).empty());
    readers.stop_service(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    EXPECT_EQ(slots(false).size(), 2U);
}

TEST_F(Slots, TheTwoTokensOfACardDifferInLabelAndShareTheSerialNumber) {
    initialize();
    const CK_TOKEN_INFO authentication = token_info(kAuth);
    const CK_TOKEN_INFO signature = token_info(kSign);
    const auto text = [](const CK_UTF8CHAR* field, std::size_t size) {
        return std::string(reinterpret_cast<const char*>(field), size);
    };
    EXPECT_EQ(text(authentication.label, 32), "JPKI User Authentication        ");
    EXPECT_EQ(text(signature.label, 32), "JPKI Digital Signature          ");
    EXPECT_EQ(text(authentication.serialNumber, 16), text(signature.serialNumber, 16));
    EXPECT_EQ(text(authentication.serialNumber, 16).find(' '), std::string::npos);
    EXPECT_EQ(text(authentication.manufacturerID, 4), "JPKI");
    EXPECT_EQ(text(authentication.model, 16), "My Number Card  ");
    EXPECT_EQ(authentication.flags, CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED);
    EXPECT_EQ(signature.ulMaxPinLen, 16U);
}

TEST_F(Slots, TokensHaveJapaneseNamesWhereTheConfigurationSaysSo) {
    config.labels = p11::Labels::japanese;
    initialize();
    const auto label = [](CK_SLOT_ID slot) {
        const CK_TOKEN_INFO info = token_info(slot);
        return std::string(reinterpret_cast<const char*>(info.label), sizeof info.label);
    };
    EXPECT_EQ(label(kAuth), "JPKI 利用者証明用         ");
    EXPECT_EQ(label(kSign), "JPKI 署名用                  ");
    // Objects keep theirs.
    const CK_SESSION_HANDLE session = open(kAuth);
    EXPECT_EQ(get(session, find_class(session, CKO_CERTIFICATE), CKA_LABEL),
              to_bytes(std::string_view("User Authentication Certificate")));
}

TEST_F(Slots, SessionCountsFollow) {
    initialize();
    const CK_SESSION_HANDLE one = open(kAuth);
    open(kAuth, true);
    EXPECT_EQ(token_info(kAuth).ulSessionCount, 2U);
    EXPECT_EQ(token_info(kAuth).ulRwSessionCount, 1U);
    EXPECT_EQ(C_CloseSession(one), CKR_OK);
    EXPECT_EQ(token_info(kAuth).ulSessionCount, 1U);
    EXPECT_EQ(C_CloseAllSessions(kAuth), CKR_OK);
    EXPECT_EQ(token_info(kAuth).ulRwSessionCount, 0U);
}

TEST_F(Slots, MechanismsAreExactlyTheSigningAndDigestOnes) {
    ASSERT_TRUE(set("pss", "no"));
    initialize();
    CK_ULONG count = 0;
    ASSERT_EQ(C_GetMechanismList(kAuth, nullptr, &count), CKR_OK);
    std::vector<CK_MECHANISM_TYPE> types(count);
    ASSERT_EQ(C_GetMechanismList(kAuth, types.data(), &count), CKR_OK);
    EXPECT_EQ(types,
              (std::vector<CK_MECHANISM_TYPE>{CKM_RSA_PKCS, CKM_SHA1_RSA_PKCS, CKM_SHA224_RSA_PKCS,
                                              CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS,
                                              CKM_SHA_1, CKM_SHA224, CKM_SHA256, CKM_SHA384, CKM_SHA512}));
    for (const CK_MECHANISM_TYPE type : types) {
        CK_MECHANISM_INFO info{};
        EXPECT_EQ(C_GetMechanismInfo(kAuth, type, &info), CKR_OK);
        EXPECT_LE(info.ulMinKeySize, info.ulMaxKeySize);
    }
    CK_MECHANISM_INFO info{};
    EXPECT_EQ(C_GetMechanismInfo(kAuth, CKM_RSA_X_509, &info), CKR_MECHANISM_INVALID);
    EXPECT_EQ(C_GetMechanismInfo(kAuth, CKM_RSA_PKCS_PSS, &info), CKR_MECHANISM_INVALID);
}

TEST_F(Slots, EventsAreReportedOncePerSlot) {
    initialize();
    CK_SLOT_ID slot = 99;
    EXPECT_EQ(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr), CKR_NO_EVENT);
    remove();
    std::vector<CK_SLOT_ID> reported;
    while (C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr) == CKR_OK)
        reported.push_back(slot);
    EXPECT_EQ(reported, (std::vector<CK_SLOT_ID>{kAuth, kSign}));
    insert(default_card());
    EXPECT_EQ(C_WaitForSlotEvent(0, &slot, nullptr), CKR_OK);
    EXPECT_EQ(C_WaitForSlotEvent(CKF_DONT_BLOCK, nullptr, nullptr), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot), CKR_ARGUMENTS_BAD);
}

TEST_F(Slots, FinalizeWakesABlockingWait) {
    initialize();
    CK_RV woken = CKR_OK;
    std::thread waiter([&woken] {
        CK_SLOT_ID slot = 0;
        woken = C_WaitForSlotEvent(0, &slot, nullptr);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    waiter.join();
    EXPECT_EQ(woken, CKR_CRYPTOKI_NOT_INITIALIZED);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace jpki::testing
