#include "reader/presence.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

class PresenceOf : public ::testing::Test {
  protected:
    void see(std::uint64_t event_count, bool card) {
        const ReaderState seen{.name = "R", .event_count = {event_count}, .card_present = card};
        presence_.update(&seen);
    }
    void unplug() { presence_.update(nullptr); }
    [[nodiscard]] bool card() const { return presence_.view().card_present; }
    [[nodiscard]] CardGeneration card_generation() const { return presence_.view().card_generation; }

    Presence presence_;
};

TEST_F(PresenceOf, NothingIsEmpty) {
    EXPECT_FALSE(card());
    EXPECT_EQ(card_generation(), 0U);
}

TEST_F(PresenceOf, TheSameCardKeepsItsCardGeneration) {
    see(7, true);
    EXPECT_TRUE(card());
    const CardGeneration first = card_generation();
    EXPECT_GT(first, 0U);
    see(7, true);
    see(7, true);
    EXPECT_EQ(card_generation(), first);
}

TEST_F(PresenceOf, EveryComingAndGoingMovesTheCardGeneration) {
    see(1, false);
    CardGeneration last = card_generation();
    for (const auto& [event_count, present] : {std::pair(2, true), std::pair(3, false), std::pair(4, true)}) {
        see(static_cast<std::uint64_t>(event_count), present);
        EXPECT_EQ(card(), present);
        EXPECT_GT(card_generation(), last);
        last = card_generation();
    }
}

TEST_F(PresenceOf, ACardExchangedBetweenTwoLooksIsAnother) {
    see(1, true);
    const CardGeneration first = card_generation();
    see(3, true);
    EXPECT_TRUE(card());
    EXPECT_GT(card_generation(), first);
}

TEST_F(PresenceOf, ACardThatShowsWithoutAnEventIsNoticedToo) {
    see(1, false);
    const CardGeneration first = card_generation();
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(card_generation(), first);
}

TEST_F(PresenceOf, AnUnpluggedReaderTakesItsCardAlong) {
    see(1, true);
    const CardGeneration first = card_generation();
    unplug();
    EXPECT_FALSE(card());
    EXPECT_GT(card_generation(), first);
    const CardGeneration gone = card_generation();
    unplug();
    EXPECT_EQ(card_generation(), gone);
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(card_generation(), gone) << "the same counts after plugging in are another card";
}

TEST_F(PresenceOf, AnUnpluggedEmptyReaderChangesNothing) {
    see(1, false);
    const CardGeneration first = card_generation();
    unplug();
    EXPECT_EQ(card_generation(), first);
}

TEST_F(PresenceOf, ALostCardIsGoneAtOnce) {
    see(1, true);
    const CardGeneration first = card_generation();
    presence_.lost();
    EXPECT_FALSE(card());
    EXPECT_GT(card_generation(), first);
    const CardGeneration gone = card_generation();
    presence_.lost();
    EXPECT_EQ(card_generation(), gone);
}

TEST_F(PresenceOf, ALostCardCountsAgainAtTheSecondLookThatSeesIt) {
    see(1, true);
    presence_.lost();
    const CardGeneration gone = card_generation();
    see(1, true);
    EXPECT_FALSE(card());
    EXPECT_EQ(card_generation(), gone);
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(card_generation(), gone);
    const CardGeneration back = card_generation();
    see(1, true);
    EXPECT_EQ(card_generation(), back);
}

TEST_F(PresenceOf, ALossForgetsEarlierLooks) {
    see(1, true);
    presence_.lost();
    see(1, true);
    see(1, true);
    presence_.lost();
    see(1, true);
    EXPECT_FALSE(card());
    see(1, true);
    EXPECT_TRUE(card());
}

TEST_F(PresenceOf, AnotherCardAfterALossCountsAtOnce) {
    see(1, true);
    presence_.lost();
    see(3, true);
    EXPECT_TRUE(card());
}

TEST_F(PresenceOf, ALossThatTheMonitorConfirmsStaysLost) {
    see(1, true);
    presence_.lost();
    see(2, false);
    EXPECT_FALSE(card());
    see(2, false);
    see(2, false);
    EXPECT_FALSE(card());
    see(3, true);
    EXPECT_TRUE(card());
}

TEST_F(PresenceOf, AReaderUnpluggedAfterALossStartsAnew) {
    see(1, true);
    presence_.lost();
    unplug();
    see(1, true);
    EXPECT_TRUE(card());
}

TEST_F(PresenceOf, AnEmptyReaderHasNothingToLose) {
    see(1, false);
    const CardGeneration first = card_generation();
    presence_.lost();
    EXPECT_EQ(card_generation(), first);
}

}  // namespace
}  // namespace jpki::p11
