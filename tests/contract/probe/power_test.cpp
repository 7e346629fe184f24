// What the report says of the card's power, and that it is said, where the card does not come back.
#include <gmock/gmock.h>

#include <thread>

#include "world.hpp"

namespace jpki::probe::testing {
namespace {

using ::testing::HasSubstr;

class ProbePower : public ::testing::Test {
  protected:
    void SetUp() override { app::speak(app::Language::english); }
};

Conclusion of(const World& world, Fact fact) {
    return world.report().assessments.at(static_cast<std::size_t>(fact));
}

TEST_F(ProbePower, ACardThatDoesNotComeBackIsReportedAndGivenBackToOthers) {
    for (const Errc how : {Errc::card_mute, Errc::card_removed, Errc::transport}) {
        for (int after = 1; after <= 3; ++after) {
            World world;
            world.power = std::make_shared<BadPower>(BadPower{.after = after, .how = how, .connects = 2});
            world.retry.returns = std::chrono::seconds(2);
            ASSERT_EQ(world.probe(), Exit::ok) << world.user.told;
            const Conclusion power = of(world, Fact::power);
            EXPECT_EQ(row_of(power.answer).id, row_of(Answer::power_lost).id);
            EXPECT_EQ(power.values[0], std::to_string(after));
            EXPECT_THAT(power.values[1], HasSubstr("0x80100066"));
            EXPECT_EQ(power.values[2], "") << "a connection has given it back";
            EXPECT_FALSE(world.power->is_lost());
            EXPECT_THAT(to_markdown(world.report()), HasSubstr("Not back after number"));
            world.expect_untouched();
            EXPECT_EQ(world.readers.connections_open(), 0);
            EXPECT_EQ(of(world, Fact::card_data).answer,
                      after < 3 ? Answer::objects_not_asked : Answer::objects_asked);
        }
    }
}

TEST_F(ProbePower, WhereItCannotBeGivenBackTheHolderHearsWhatToDo) {
    for (int after = 1; after <= 4; ++after) {
        World world;
        world.power =
            std::make_shared<BadPower>(BadPower{.after = after, .how = Errc::card_mute, .connects = 100000});
        ASSERT_EQ(world.probe(), Exit::ok);
        EXPECT_THAT(world.user.told, HasSubstr("Lift it and lay it on the reader anew"));
        EXPECT_EQ(row_of(of(world, Fact::power).answer).id,
                  row_of(after < 4 ? Answer::power_lost : Answer::power_hidden).id);
        EXPECT_THAT(to_markdown(world.report()), HasSubstr("0x80100066"));
    }
}

// Nor when it ends early.
TEST_F(ProbePower, ACardIsGivenBackToOthersAlsoByARunThatStops) {
    World world;
    world.power = std::make_shared<BadPower>(BadPower{.after = 1, .how = Errc::card_mute, .connects = 2});
    world.retry.returns = std::chrono::seconds(2);
    world.user.stop = [&world] { return world.readers.commands_seen() == 9; };
    EXPECT_EQ(world.probe(), Exit::cancelled);
    EXPECT_FALSE(world.power->is_lost());
}

TEST_F(ProbePower, ASilentCardIsCalledSoAndNotAMissingOne) {
    World world;
    world.power =
        std::make_shared<BadPower>(BadPower{.after = 0, .how = Errc::card_mute, .connects = 100000});
    EXPECT_EQ(world.probe(), Exit::failed);
    EXPECT_THAT(world.user.told, HasSubstr("lies in the reader but does not answer"));
    EXPECT_THAT(world.user.told, HasSubstr("lay it flat"));
}

// pcscd takes the power of a card at rest, and some slots read empty for a moment then.
TEST_F(ProbePower, ASlotThatReadsEmptyForAMomentIsLookedAtAgain) {
    World world;
    world.retry.returns = std::chrono::seconds(20);
    world.readers.remove();
    std::jthread hand([&world] {
        std::this_thread::sleep_for(std::chrono::milliseconds(40));
        world.readers.insert(world.card);
    });
    EXPECT_EQ(world.probe(), Exit::ok) << world.user.told;
}

TEST_F(ProbePower, TheReportSaysHowLongEachTook) {
    World world;
    ASSERT_EQ(world.probe(), Exit::ok);
    EXPECT_THAT(of(world, Fact::power).values[1], ::testing::MatchesRegex("[0-9]+, [0-9]+, [0-9]+"));
}

}  // namespace
}  // namespace jpki::probe::testing
