// The lock of libpcsclite's list of contexts: one thread at a time, as long as nobody hangs there.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "pcsc/library_locks.hpp"

namespace jpki::card::pcsc::test {

namespace {

using std::chrono::milliseconds;

bool taken(LibraryLocks& locks) {
    const Lock lock(locks.mutex);
    return locks.list_taken;
}

TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

TEST(ContextListLock, IsWaitedForUntilItIsOver) {
    LibraryLocks locks;
    auto first = std::make_unique<ContextListLock>(locks);
    std::atomic<bool> second_has_begun{false};
    std::thread second([&] {
        const ContextListLock lock(locks);
        second_has_begun = true;
        EXPECT_TRUE(taken(locks));
    });
    std::this_thread::sleep_for(milliseconds(30));
    EXPECT_FALSE(second_has_begun);
    first.reset();
    second.join();
    EXPECT_FALSE(taken(locks));
}

// It is not at the list but inside pcscd, and others must be able to let go of their cards.
TEST(ContextListLock, OfAThreadThatHangsIsNotWaitedForForever) {
    LibraryLocks locks;
    const TimePoint begun = now();
    const ContextListLock hanging(locks);
    {
        const ContextListLock past(locks);
    }
    const TimePoint went_past = now();
    EXPECT_GE(went_past - begun, milliseconds(400)) << "it may well be at the list";
    {
        const ContextListLock past(locks);
    }
    EXPECT_LT(now() - went_past, milliseconds(400)) << "waited a second time";
    EXPECT_TRUE(taken(locks)) << "whoever went past took the other's lock";
}

}  // namespace jpki::card::pcsc::test
