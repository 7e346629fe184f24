// Cards that leave, come back, or turn out to be somebody else's.
#include <chrono>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

class Hotplug : public World {
  protected:
    void SetUp() override { initialize(); }
};

TEST_F(Hotplug, RemovalKillsSessionsOfBothSlotsForGood) {
    const CK_SESSION_HANDLE authentication = open(kAuth);
    const CK_SESSION_HANDLE signature = open(kSign);
    ASSERT_EQ(login(authentication, kAuthPin), CKR_OK);
    remove();
    CK_SESSION_INFO info{};
    EXPECT_EQ(C_GetSessionInfo(authentication, &info), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(C_GetSessionInfo(signature, &info), CKR_SESSION_HANDLE_INVALID);
    EXPECT_TRUE(slots().empty());
    insert(default_card());
    EXPECT_EQ(C_GetSessionInfo(authentication, &info), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(slots().size(), 2U);
    const CK_SESSION_HANDLE fresh = open(kAuth);
    EXPECT_EQ(state(fresh), CKS_RO_PUBLIC_SESSION);
    EXPECT_EQ(login(fresh, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(fresh), CKR_OK);
}

TEST_F(Hotplug, LoginOnARemovedCardIsDeviceRemovedSoThatNobodyResendsThePin) {
    const CK_SESSION_HANDLE session = open(kAuth);
    insert(other_persons_card());
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(login(99999, kAuthPin), CKR_SESSION_HANDLE_INVALID);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

TEST_F(Hotplug, ItStaysDeviceRemovedWhenTheNextCardHasItsOwnSessions) {
    const CK_SESSION_HANDLE session = open(kAuth);
    insert(other_persons_card());
    const CK_SESSION_HANDLE next = open(kAuth);
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    EXPECT_EQ(C_CloseSession(next), CKR_OK);
    EXPECT_EQ(login(next, kAuthPin), CKR_SESSION_HANDLE_INVALID) << "that one was closed";
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

TEST_F(Hotplug, RemovalSeenByTheWorkFirstIsDeviceRemoved) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    readers.remove();
    Bytes signature;
    EXPECT_EQ(sign(session, Bytes{1}, signature), CKR_DEVICE_REMOVED);
    CK_SESSION_INFO info{};
    EXPECT_EQ(C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
}

TEST_F(Hotplug, RemovedAndBackUnnoticedIsStillRemoved) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    readers.remove();
    readers.insert(card);
    EXPECT_EQ(sign_document(session), CKR_DEVICE_REMOVED);
    EXPECT_EQ(oracle().auth_pin.verifies, 1U);
}

TEST_F(Hotplug, ASwapBetweenTwoLooksShowsTheNewCardsCertificateAndSendsItNoPin) {
    const CK_SESSION_HANDLE session = open(kAuth);
    const Bytes mine = get(session, find_class(session, CKO_CERTIFICATE), CKA_VALUE);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    card = other_persons_card();
    readers.insert(card);
    EXPECT_EQ(sign_document(session), CKR_DEVICE_REMOVED);
    wait_for_monitor();
    const CK_SESSION_HANDLE fresh = open(kAuth);
    EXPECT_EQ(state(fresh), CKS_RO_PUBLIC_SESSION);
    EXPECT_NE(get(fresh, find_class(fresh, CKO_CERTIFICATE), CKA_VALUE), mine);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

TEST_F(Hotplug, ASwapThatTheReaderDoesNotReportIsFoundByTheIdentity) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(180));
    // The same chip speaks as another person's from here on: nothing but its content tells.
    readers.locked([this] {
        *card = std::move(*other_persons_card());
        card->power_on();
    });
    EXPECT_EQ(sign_document(session), CKR_DEVICE_REMOVED);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
}

TEST_F(Hotplug, AReaderThatVanishesAndReturnsWorksAgain) {
    const CK_SESSION_HANDLE session = open(kAuth);
    readers.unplug(VirtualReaders::kFirst);
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_REMOVED);
    wait_for_monitor();
    readers.plug_in(VirtualReaders::kFirst);
    wait_for_monitor();
    EXPECT_EQ(slots().size(), 2U);
    const CK_SESSION_HANDLE fresh = open(kAuth);
    EXPECT_EQ(login(fresh, kAuthPin), CKR_OK);
}

TEST_F(Hotplug, PcscdThatStopsAndReturnsWorksAgain) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    readers.stop_service(true);
    EXPECT_NE(sign_document(session), CKR_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    readers.stop_service(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1700));
    EXPECT_EQ(slots().size(), 2U);
    const CK_SESSION_HANDLE fresh = open(kAuth);
    EXPECT_EQ(login(fresh, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(fresh), CKR_OK);
}

}  // namespace jpki::testing
