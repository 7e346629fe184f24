// Whether anybody else can use the holder's keys, at every moment a second client gets in, and whether it
// gets in.
#include <chrono>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

using std::chrono::milliseconds;

struct Leaving {
    const char* name;
    std::vector<std::pair<const char*, const char*>> switches;
};

class LeaseUnder : public World, public ::testing::WithParamInterface<Leaving> {
  protected:
    void SetUp() override {
        for (const auto& [key, value] : GetParam().switches)
            ASSERT_TRUE(set(key, value));
        initialize();
    }
};

INSTANTIATE_TEST_SUITE_P(
    Personalities, LeaseUnder,
    ::testing::Values(Leaving{"Default", {}}, Leaving{"ResetKeeps", {{"reset", "keeps"}}},
                      Leaving{"ReselectKeeps", {{"reselect", "keeps"}}},
                      Leaving{"ReselectClears", {{"reselect", "clears"}}},
                      Leaving{"OtherAidKeeps", {{"other-aid", "keeps"}}},
                      Leaving{"NoCardManager", {{"neutral-aid", "absent"}}},
                      Leaving{"NoNeutralAid", {{"neutral-aid", "all-absent"}}},
                      Leaving{"EverythingKeeps",
                              {{"reset", "keeps"}, {"reselect", "keeps"}, {"other-aid", "keeps"}}},
                      Leaving{"KeepsWithoutSfi", {{"sfi", "no"}, {"other-aid", "keeps"}}}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(LeaseUnder, NobodyElseCanSignAfterAnyOperation) {
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
        // Several leases: the first proves the logout, later ones rest on the proof.
        for (int lease = 0; lease < 4; ++lease) {
            ASSERT_EQ(sign_document(session), CKR_OK);
            EXPECT_FALSE(second_client_can_sign()) << "lease " << lease;
        }
        ASSERT_EQ(sign_document(session), CKR_OK);
        EXPECT_EQ(C_Logout(session), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
    }
}

TEST_P(LeaseUnder, NobodyElseCanSignAfterFinalize) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(sign_document(session), CKR_OK);
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_FALSE(second_client_can_sign());
}

TEST_P(LeaseUnder, OurOwnLoginIsOursAlone) {
    // Another program left the card logged in; we did not log in, so nothing private is shown or signed.
    readers.as_other_client(
        {{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
         {0x00, 0x20, 0x00, 0x9B, 0x06, 'A', 'B', 'C', '1', '2', '3'}});
    const CK_SESSION_HANDLE session = open(kSign);
    EXPECT_EQ(find_class(session, CKO_PRIVATE_KEY), CK_INVALID_HANDLE);
    EXPECT_EQ(oracle().sign_key.signatures, 0U);
}

class Lease : public World {};

TEST_F(Lease, TheFirstLoginProvesTheLogoutAndNobodyIsEverPoweredDown) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    const unsigned power_offs = oracle().power_offs;
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    std::this_thread::sleep_for(milliseconds(180));
    commands();
    ASSERT_EQ(sign_document(session), CKR_OK);
    std::this_thread::sleep_for(milliseconds(180));
    // SELECT, identity, counter, VERIFY, SIGN, and the logout.
    EXPECT_EQ(commands(), 6U);
    EXPECT_EQ(oracle().power_offs, power_offs);
}

TEST_F(Lease, ACardThatStaysLoggedInIsPoweredDownEveryTime) {
    ASSERT_TRUE(set("other-aid", "keeps"));
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    for (int lease = 0; lease < 3; ++lease) {
        std::this_thread::sleep_for(milliseconds(180));
        const unsigned power_offs = oracle().power_offs;
        ASSERT_EQ(sign_document(session), CKR_OK);
        std::this_thread::sleep_for(milliseconds(180));
        EXPECT_EQ(oracle().power_offs, power_offs + 1);
    }
}

TEST_F(Lease, ByPowerIsForWhoeverWantsItSo) {
    config.logout = Logout::power;
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_FALSE(second_client_can_sign());
    const unsigned power_offs = oracle().power_offs;
    commands();
    ASSERT_EQ(sign_document(session), CKR_OK);
    EXPECT_FALSE(second_client_can_sign());
    EXPECT_EQ(oracle().power_offs, power_offs + 1);
    EXPECT_EQ(oracle().auth_pin.verifies, 2U);
}

TEST_F(Lease, LingersForBurstsAndThenLetsOthersIn) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(sign_document(session), CKR_OK);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(second_client_can_sign());
    const auto waited = std::chrono::steady_clock::now() - start;
    EXPECT_GT(waited, milliseconds(30));
    EXPECT_LT(waited, milliseconds(1500));
}

TEST_F(Lease, AReaderHeldByOthersIsGivenUpInTime) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    std::this_thread::sleep_for(milliseconds(180));
    readers.hold(true);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(login(session, kAuthPin), CKR_DEVICE_ERROR);
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(11000));
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    readers.hold(false);
    std::this_thread::sleep_for(milliseconds(300));
    // What was abandoned stays unsent even when the reader is free again.
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    EXPECT_EQ(login(session, kAuthPin), CKR_OK);
}

TEST_F(Lease, YieldsAfterWaitingForOthers) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    std::this_thread::sleep_for(milliseconds(180));
    readers.hold(true);
    std::thread release([this] {
        std::this_thread::sleep_for(milliseconds(150));
        readers.hold(false);
    });
    ASSERT_EQ(sign_document(session), CKR_OK);
    release.join();
    EXPECT_FALSE(second_client_can_sign());
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(sign_document(session), CKR_OK);
    EXPECT_GT(std::chrono::steady_clock::now() - start, milliseconds(150));
}

TEST_F(Lease, AnotherClientsResetInBetweenIsAbsorbed) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    for (int i = 0; i < 3; ++i) {
        readers.reset_by_other_client();
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
}

TEST_F(Lease, AnotherClientsSelectionInBetweenIsAbsorbed) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    readers.as_other_client({{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}});
    EXPECT_EQ(sign_document(session), CKR_OK);
}

TEST_F(Lease, WithoutThreadsEveryCallLeavesTheCardLoggedOut) {
    threads = false;
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_FALSE(second_client_can_sign());
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(sign_document(session), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
    }
}

TEST_F(Lease, NothingStaysOpenAfterFinalize) {
    initialize();
    ASSERT_EQ(login(open(kAuth), kAuthPin), CKR_OK);
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    std::this_thread::sleep_for(milliseconds(50));
    EXPECT_EQ(readers.connections_open(), 0);
    EXPECT_EQ(readers.contexts_open(), 0);
}

}  // namespace jpki::testing
