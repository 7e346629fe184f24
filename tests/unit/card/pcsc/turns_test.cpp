// Turns at libpcsclite's list of contexts: one thread at a time, as long as nobody hangs there.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "pcsc/link.hpp"

namespace jpki::card::pcsc::test {

namespace {

using std::chrono::milliseconds;

bool taken(Turns& turns) {
    const Lock lock(turns.mutex);
    return turns.contexts_taken;
}

TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

TEST(ContextsTurn, IsWaitedForUntilItIsOver) {
    Turns turns;
    auto first = std::make_unique<ContextsTurn>(turns);
    std::atomic<bool> second_has_begun{false};
    std::thread second([&] {
        const ContextsTurn turn(turns);
        second_has_begun = true;
        EXPECT_TRUE(taken(turns));
    });
    std::this_thread::sleep_for(milliseconds(30));
    EXPECT_FALSE(second_has_begun);
    first.reset();
    second.join();
    EXPECT_FALSE(taken(turns));
}

// It is not at the list but inside pcscd, and others must be able to let go of their cards.
TEST(ContextsTurn, OfAThreadThatHangsIsNotWaitedForForever) {
    Turns turns;
    const TimePoint begun = now();
    const ContextsTurn hanging(turns);
    { const ContextsTurn past(turns); }
    const TimePoint went_past = now();
    EXPECT_GE(went_past - begun, milliseconds(400)) << "it may well be at the list";
    { const ContextsTurn past(turns); }
    EXPECT_LT(now() - went_past, milliseconds(400)) << "waited a second time";
    EXPECT_TRUE(taken(turns)) << "whoever went past ended the other's turn";
}

}  // namespace jpki::card::pcsc::test
