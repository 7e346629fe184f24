// Time: what must answer at once does, and a stuck reader holds up nobody else.
#include <chrono>
#include <thread>

#include "world.hpp"

namespace jpki::testing {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class Bounded : public World {};

TEST_F(Bounded, AMuteCardIsGivenUpAndTheOtherReaderGoesOn) {
    readers.plug_in("Virtual PCD 00 01");
    readers.insert(other_persons_card(), "Virtual PCD 00 01");
    initialize();
    ASSERT_EQ(slots(), (std::vector<CK_SLOT_ID>{0, 1, 2, 3}));
    const CK_SESSION_HANDLE stuck = open(0);
    const CK_SESSION_HANDLE fine = open(2);

    std::atomic<bool> mute{true};
    std::atomic<bool> asked{false};
    readers.before_command([&](ByteView command) {
        // Only the first reader's login hangs: its thread waits here as it would in SCardTransmit.
        const bool pin_query = command.size() == 4 && command[1] == 0x20 && command[3] == 0x98;
        if (!pin_query || asked.exchange(true)) return;
        while (mute)
            std::this_thread::sleep_for(milliseconds(5));
    });
    CK_RV first = CKR_OK;
    std::thread victim([&] { first = login(stuck, kAuthPin); });
    while (!asked)
        std::this_thread::sleep_for(milliseconds(1));

    for (int i = 0; i < 20; ++i) {
        const auto start = Clock::now();
        slots(false);
        state(stuck);
        CK_SLOT_INFO info{};
        EXPECT_EQ(C_GetSlotInfo(0, &info), CKR_OK);
        EXPECT_LT(Clock::now() - start, milliseconds(20));
    }
    ASSERT_EQ(login(fine, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(fine), CKR_OK);

    const auto start = Clock::now();
    victim.join();
    EXPECT_EQ(first, CKR_DEVICE_ERROR);
    EXPECT_LT(Clock::now() - start, milliseconds(11000));
    // Wedged: the next call fails at once.
    const auto again = Clock::now();
    EXPECT_EQ(login(stuck, kAuthPin), CKR_DEVICE_ERROR);
    EXPECT_LT(Clock::now() - again, milliseconds(50));
    mute = false;
    std::this_thread::sleep_for(milliseconds(400));
    // The abandoned login sent no PIN when the card came back, and the reader works again.
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    EXPECT_EQ(login(stuck, kAuthPin), CKR_OK);
}

TEST_F(Bounded, InitializeIsQuickAndSendsNothing) {
    const auto start = Clock::now();
    initialize();
    EXPECT_LT(Clock::now() - start, milliseconds(100));
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Bounded, FinalizeDoesNotWaitForAStuckReader) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    std::atomic<bool> mute{true};
    readers.before_command([&](ByteView) {
        while (mute)
            std::this_thread::sleep_for(milliseconds(5));
    });
    CK_RV rv = CKR_OK;
    std::thread victim([&] { rv = login(session, kAuthPin); });
    std::this_thread::sleep_for(milliseconds(100));
    const auto start = Clock::now();
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_LT(Clock::now() - start, milliseconds(2500));
    mute = false;
    victim.join();
    EXPECT_NE(rv, CKR_OK);
    EXPECT_EQ(oracle().auth_pin.verifies, 0U);
    std::this_thread::sleep_for(milliseconds(200));
}

// Not at the end of the time, when the program may be gone before they are: at its beginning.
TEST_F(Bounded, FinalizeEndsTheMonitorAndOtherReadersWhileOneIsStuck) {
    readers.plug_in("Virtual PCD 00 01");
    readers.insert(other_persons_card(), "Virtual PCD 00 01");
    initialize();
    ASSERT_EQ(slots(), (std::vector<CK_SLOT_ID>{0, 1, 2, 3}));
    const CK_SESSION_HANDLE stuck = open(0);
    const CK_SESSION_HANDLE busy = open(2);
    ASSERT_EQ(login(busy, kAuthPin), CKR_OK);
    std::atomic<bool> mute{true};
    std::atomic<bool> asked{false};
    readers.before_command([&](ByteView command) {
        const bool pin_query = command.size() == 4 && command[1] == 0x20;
        if (!pin_query || asked.exchange(true)) return;
        while (mute)
            std::this_thread::sleep_for(milliseconds(5));
    });
    std::thread victim([&] { EXPECT_EQ(login(stuck, kAuthPin), CKR_CRYPTOKI_NOT_INITIALIZED); });
    while (!asked)
        std::this_thread::sleep_for(milliseconds(1));
    const CK_OBJECT_HANDLE key = find_class(busy, CKO_PRIVATE_KEY);
    std::thread signer([&] {
        Bytes signature;
        while (sign_init(busy, CKM_SHA256_RSA_PKCS, key) == CKR_OK &&
               sign(busy, to_bytes("on and on"), signature) == CKR_OK)
            continue;
    });
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_EQ(readers.contexts_open(), 1) << "the stuck reader's, and no other";
    mute = false;
    victim.join();
    signer.join();
    std::this_thread::sleep_for(milliseconds(200));
    EXPECT_EQ(readers.contexts_open(), 0);
}

}  // namespace jpki::testing
