// How long a lease is held, and when the reader is left to others (docs/architecture.md, "Readers, threads
// and time").
#include "lease_fixture.hpp"

namespace jpki::p11::testing {
namespace {

class Linger : public LeaseTest {
  protected:
    // Lets 100 ms pass and the idle hook end the lease.
    void let_go() {
        clock_->advance(Timing().linger);
        (void)keeper_.idle(clock_->now());
    }
};

TEST_F(Linger, ALeaseIsKeptForTheNextWork) {
    EXPECT_TRUE(run());
    clock_->advance(milliseconds(99));
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) begin open work work");
}

TEST_F(Linger, LastsAHundredMillisecondsAfterTheLastWork) {
    EXPECT_TRUE(run());
    clock_->advance(milliseconds(60));
    EXPECT_TRUE(run());
    (void)told();
    EXPECT_EQ(keeper_.idle(clock_->now()), clock_->now() + milliseconds(100));
    clock_->advance(milliseconds(99));
    EXPECT_EQ(keeper_.idle(clock_->now()), clock_->now() + milliseconds(1));
    EXPECT_EQ(told(), "");
    clock_->advance(milliseconds(1));
    (void)keeper_.idle(clock_->now());
    EXPECT_EQ(told(), "close end");
}

TEST_F(Linger, TheConnectionIsKeptForTenSeconds) {
    EXPECT_TRUE(run());
    const TimePoint worked = clock_->now();
    clock_->advance(milliseconds(100));
    EXPECT_EQ(keeper_.idle(clock_->now()), worked + seconds(10));
    (void)told();
    clock_->advance(seconds(9));
    EXPECT_EQ(keeper_.idle(clock_->now()), worked + seconds(10));
    EXPECT_EQ(told(), "");
    clock_->advance(seconds(1));
    EXPECT_EQ(keeper_.idle(clock_->now()), std::nullopt);
    EXPECT_EQ(told(), "disconnect");
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) reset begin open work");
}

TEST_F(Linger, ACardThatIsOfNoUseIsKeptNoLongerThanItsLease) {
    const auto finds_nothing = [](CardLease& lease) {
        lease.of_no_use();
        return Status{};
    };
    EXPECT_TRUE(run(finds_nothing));
    clock_->advance(milliseconds(100));
    EXPECT_EQ(keeper_.idle(clock_->now()), std::nullopt);
    EXPECT_EQ(told(), "context connect(R) begin open close end disconnect");
    EXPECT_TRUE(run(finds_nothing));
    EXPECT_TRUE(run()) << "but the other purpose's work finds a use";
    const TimePoint worked = clock_->now();
    clock_->advance(milliseconds(100));
    EXPECT_EQ(keeper_.idle(clock_->now()), worked + seconds(10));
}

TEST_F(Linger, NothingIsDueWithoutAConnection) {
    EXPECT_EQ(keeper_.idle(clock_->now()), std::nullopt);
    EXPECT_EQ(told(), "");
}

TEST_F(Linger, AtTheEndEverythingIsLetGoAtOnce) {
    EXPECT_TRUE(run());
    (void)told();
    EXPECT_EQ(keeper_.idle(kNever), std::nullopt);
    EXPECT_EQ(told(), "close end disconnect");
}

TEST_F(Linger, AHoldEndsAfterTwoSecondsEvenInABurst) {
    EXPECT_TRUE(run());
    for (int i = 0; i < 24; ++i) {
        clock_->advance(milliseconds(80));
        EXPECT_TRUE(run());
    }
    EXPECT_EQ(std::ranges::count(world_.journal, "begin"), 1);
    (void)told();
    clock_->advance(milliseconds(80));
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "close end begin open work");
}

TEST_F(Linger, AHoldIsNotEndedInsideOneOperation) {
    EXPECT_TRUE(run([this](CardLease&) {
        clock_->advance(seconds(5));
        world_.note("work");
        return Status{};
    }));
    EXPECT_EQ(told(), "context connect(R) begin open work");
}

// The logout between the two has no job's deadline and nobody who could abandon it; the job has both.
TEST_F(Linger, TheJobThatFindsAFullHoldKeepsItsOwnTimeAndItsEnd) {
    EXPECT_TRUE(run());
    clock_->advance(seconds(2));
    const TimePoint deadline = clock_->now() + seconds(7);
    const auto sends = [](CardLease& lease) { return card_of(lease).send(Bytes{0x00, 0xB0}); };
    EXPECT_TRUE(keeper_.run(card_generation_, abandoned_, deadline, sends));
    EXPECT_EQ(FakeConnection::last_deadline, deadline);

    clock_->advance(seconds(2));
    (void)told();
    EXPECT_TRUE(failed_with(run([&](CardLease& lease) {
                                abandoned_ = true;
                                return sends(lease);
                            }),
                            Errc::abandoned));
    EXPECT_EQ(told(), "close end begin open close end");
}

TEST_F(Linger, AContendedLeaseIsFollowedByAPause) {
    world_.begins.push_back(Begun{.was_reset = false, .waited = milliseconds(51)});
    EXPECT_TRUE(run());
    let_go();
    EXPECT_EQ(clock_->slept(), Duration{});
    EXPECT_TRUE(run());
    EXPECT_EQ(clock_->slept(), milliseconds(250));
}

TEST_F(Linger, OneThatWasNotContendedIsNot) {
    world_.begins.push_back(Begun{.was_reset = false, .waited = milliseconds(50)});
    EXPECT_TRUE(run());
    let_go();
    EXPECT_TRUE(run());
    EXPECT_EQ(clock_->slept(), Duration{});
}

TEST_F(Linger, ThePauseIsOverWhenItsTimeHasPassed) {
    world_.begins.push_back(Begun{.was_reset = false, .waited = milliseconds(200)});
    EXPECT_TRUE(run());
    let_go();
    clock_->advance(milliseconds(100));
    EXPECT_TRUE(run());
    EXPECT_EQ(clock_->slept(), milliseconds(150));
    let_go();
    EXPECT_TRUE(run());
    EXPECT_EQ(clock_->slept(), milliseconds(150)) << "the second lease had not waited";
}

TEST_F(Linger, ThePauseEndsAtTheDeadline) {
    world_.begins.push_back(Begun{.was_reset = false, .waited = milliseconds(200)});
    EXPECT_TRUE(run());
    let_go();
    const auto work = [](CardLease&) { return Status{}; };
    EXPECT_TRUE(keeper_.run(card_generation_, abandoned_, clock_->now() + milliseconds(70), work));
    EXPECT_EQ(clock_->slept(), milliseconds(70));
}

TEST_F(Linger, AfterEveryFullHoldTheReaderIsLeftToOthersForAMoment) {
    const TimePoint start = clock_->now();
    while (clock_->now() - start < milliseconds(9500)) {
        EXPECT_TRUE(run());
        clock_->advance(milliseconds(90));
        const auto holds = (clock_->now() - start) / milliseconds(2340);  // a hold, its last step, a pause
        EXPECT_GE(clock_->slept(), holds * milliseconds(250));
        EXPECT_LE(clock_->slept(), (holds + 1) * milliseconds(250));
    }
    EXPECT_EQ(clock_->slept(), 4 * milliseconds(250));
}

TEST_F(Linger, AReaderBusyForTenSecondsWithShortLeasesIsLeftToOthersToo) {
    const TimePoint start = clock_->now();
    EXPECT_TRUE(run());
    while (clock_->now() - start < milliseconds(12500)) {
        clock_->advance(milliseconds(120));
        (void)keeper_.idle(clock_->now());  // the linger is over
        EXPECT_TRUE(run());
        if (clock_->now() - start < seconds(10)) {
            EXPECT_EQ(clock_->slept(), Duration{});
        }
    }
    EXPECT_EQ(clock_->slept(), milliseconds(250));
}

TEST_F(Linger, APauseOfTheProgramsOwnCounts) {
    const TimePoint start = clock_->now();
    while (clock_->now() - start < seconds(30)) {
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(run());
            clock_->advance(milliseconds(90));
        }
        let_go();
        clock_->advance(milliseconds(300));
    }
    EXPECT_EQ(clock_->slept(), Duration{});
}

}  // namespace
}  // namespace jpki::p11::testing
