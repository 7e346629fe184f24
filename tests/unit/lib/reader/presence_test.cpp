#include "reader/presence.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

class PresenceOf : public ::testing::Test {
  protected:
    void see(std::uint64_t epoch, bool card) {
        const ReaderState seen{.name = "R", .epoch = {epoch}, .card_present = card};
        presence_.update(&seen);
    }
    void unplug() { presence_.update(nullptr); }
    [[nodiscard]] bool card() const { return presence_.view().card_present; }
    [[nodiscard]] Incarnation incarnation() const { return presence_.view().incarnation; }

    Presence presence_;
};

TEST_F(PresenceOf, NothingIsEmpty) {
    EXPECT_FALSE(card());
    EXPECT_EQ(incarnation(), 0U);
}

TEST_F(PresenceOf, TheSameCardKeepsItsIncarnation) {
    see(7, true);
    EXPECT_TRUE(card());
    const Incarnation first = incarnation();
    EXPECT_GT(first, 0U);
    see(7, true);
    see(7, true);
    EXPECT_EQ(incarnation(), first);
}

TEST_F(PresenceOf, EveryComingAndGoingMovesTheIncarnation) {
    see(1, false);
    Incarnation last = incarnation();
    for (const auto& [epoch, present] : {std::pair(2, true), std::pair(3, false), std::pair(4, true)}) {
        see(static_cast<std::uint64_t>(epoch), present);
        EXPECT_EQ(card(), present);
        EXPECT_GT(incarnation(), last);
        last = incarnation();
    }
}

TEST_F(PresenceOf, ACardExchangedBetweenTwoLooksIsAnother) {
    see(1, true);
    const Incarnation first = incarnation();
    see(3, true);
    EXPECT_TRUE(card());
    EXPECT_GT(incarnation(), first);
}

TEST_F(PresenceOf, ACardThatShowsWithoutAnEventIsNoticedToo) {
    see(1, false);
    const Incarnation first = incarnation();
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(incarnation(), first);
}

TEST_F(PresenceOf, AnUnpluggedReaderTakesItsCardAlong) {
    see(1, true);
    const Incarnation first = incarnation();
    unplug();
    EXPECT_FALSE(card());
    EXPECT_GT(incarnation(), first);
    const Incarnation gone = incarnation();
    unplug();
    EXPECT_EQ(incarnation(), gone);
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(incarnation(), gone) << "the same counts after plugging in are another card";
}

TEST_F(PresenceOf, AnUnpluggedEmptyReaderChangesNothing) {
    see(1, false);
    const Incarnation first = incarnation();
    unplug();
    EXPECT_EQ(incarnation(), first);
}

TEST_F(PresenceOf, ALostCardIsGoneAtOnce) {
    see(1, true);
    const Incarnation first = incarnation();
    presence_.lost();
    EXPECT_FALSE(card());
    EXPECT_GT(incarnation(), first);
    const Incarnation gone = incarnation();
    presence_.lost();
    EXPECT_EQ(incarnation(), gone);
}

TEST_F(PresenceOf, ALostCardCountsAgainAtTheSecondLookThatSeesIt) {
    see(1, true);
    presence_.lost();
    const Incarnation gone = incarnation();
    see(1, true);
    EXPECT_FALSE(card());
    EXPECT_EQ(incarnation(), gone);
    see(1, true);
    EXPECT_TRUE(card());
    EXPECT_GT(incarnation(), gone);
    const Incarnation back = incarnation();
    see(1, true);
    EXPECT_EQ(incarnation(), back);
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
    const Incarnation first = incarnation();
    presence_.lost();
    EXPECT_EQ(incarnation(), first);
}

}  // namespace
}  // namespace jpki::p11
