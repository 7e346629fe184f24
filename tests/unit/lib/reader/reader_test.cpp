#include "reader/reader.hpp"

#include <future>

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

class ReaderWork : public ::testing::Test {
  protected:
    std::shared_ptr<Reader> make(bool threads) {
        auto environment = make_environment(shared_world_, std::make_unique<SteadyClock>());
        environment->threads = threads;
        auto made = std::make_shared<Reader>(environment, "R");
        const ReaderState seen = reader("R", 1, true);
        made->presence().update(&seen);
        return made;
    }
    std::shared_ptr<World> shared_world_ = std::make_shared<World>();
    World& world_ = *shared_world_;
};

TEST_F(ReaderWork, ReturnsWhatTheWorkReturns) {
    for (const bool threads : {false, true}) {
        const auto reader = make(threads);
        EXPECT_EQ(reader->run(1, seconds(10), [](CardLease&) -> Result<int> { return 42; }), 42);
        const auto failed = reader->run(
            1, seconds(10), [](CardLease&) -> Result<int> { return fail(Errc::pin_locked, "", 7); });
        ASSERT_TRUE(failed_with(failed, Errc::pin_locked));
        EXPECT_EQ(failed.error().detail, 7U);
        EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
    }
}

TEST_F(ReaderWork, HasAName) { EXPECT_EQ(make(false)->name(), "R"); }

TEST_F(ReaderWork, LogsOutBeforeItReturnsWithoutThreads) {
    const auto reader = make(false);
    EXPECT_TRUE(reader->run(1, seconds(10), [](CardLease&) { return Status{}; }));
    EXPECT_EQ(world_.told(), "context connect(R) begin open close end disconnect");
}

TEST_F(ReaderWork, LingersWithThreadsUntilItIsToldToEnd) {
    const auto reader = make(true);
    EXPECT_TRUE(reader->run(1, seconds(10), [](CardLease&) { return Status{}; }));
    reader->end_lease();
    EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
    EXPECT_EQ(world_.told(), "context connect(R) begin open close end disconnect");
}

TEST_F(ReaderWork, EndsNoLeaseWhereNoneEverWas) {
    make(true)->end_lease();
    EXPECT_EQ(world_.told(), "");
}

TEST_F(ReaderWork, FailsBeforeTheWorkWhenThereIsNoLease) {
    const auto reader = make(false);
    world_.service.push_back(fail(Errc::access_denied));
    const auto done = reader->run(1, seconds(10), [](CardLease&) -> Result<int> {
        ADD_FAILURE() << "worked without a lease";
        return 1;
    });
    EXPECT_TRUE(failed_with(done, Errc::access_denied));
}

TEST_F(ReaderWork, TurnsAnExceptionIntoNoMemory) {
    const auto reader = make(false);
    const auto done = reader->run(1, seconds(10), [](CardLease&) -> Result<int> { throw std::bad_alloc(); });
    EXPECT_TRUE(failed_with(done, Errc::no_memory));
}

TEST_F(ReaderWork, GivesUpAtTheDeadlineAndIsWedgedUntilTheWorkEnds) {
    const auto reader = make(true);
    std::promise<void> release;
    const auto gate = release.get_future().share();
    const auto late = reader->run(1, milliseconds(30), [gate](CardLease& lease) -> Status {
        gate.wait();
        return static_cast<FakeCard&>(lease.card()).send(Bytes{0, 0x20, 0, 0x80, 1, 0});
    });
    EXPECT_TRUE(failed_with(late, Errc::timed_out));
    const TimePoint start = SteadyClock().now();
    EXPECT_TRUE(
        failed_with(reader->run(1, seconds(10), [](CardLease&) { return Status{}; }), Errc::timed_out));
    reader->end_lease();
    EXPECT_LT(SteadyClock().now() - start, seconds(2)) << "a wedged reader answers at once";
    release.set_value();
    EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
    EXPECT_EQ(world_.told(), "context connect(R) begin open close end disconnect")
        << "an abandoned job sent something";
}

// SCardConnect does not come back while another program is in a transaction.
TEST_F(ReaderWork, TellsACardThatOthersHoldFromOneThatIsSilent) {
    for (const bool in_use : {true, false}) {
        const auto reader = make(true);
        ReaderState seen = testing::reader("R", 1, true);
        seen.in_use = in_use;
        reader->presence().update(&seen);
        std::promise<void> release;
        world_.while_connecting = [gate = release.get_future().share()] { gate.wait(); };
        EXPECT_TRUE(failed_with(reader->run(1, milliseconds(30), [](CardLease&) { return Status{}; }),
                                Errc::timed_out));
        const auto trouble = reader->trouble(1);
        ASSERT_TRUE(trouble);
        EXPECT_EQ(trouble->code, in_use ? Errc::reader_busy : Errc::timed_out);
        release.set_value();
        EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
    }
}

TEST_F(ReaderWork, DoesNotBlameOthersForACardThatIsSlowToIt) {
    const auto reader = make(true);
    ReaderState seen = testing::reader("R", 1, true);
    seen.in_use = true;  // by this very reader
    reader->presence().update(&seen);
    std::promise<void> release;
    const auto gate = release.get_future().share();
    (void)reader->run(1, milliseconds(30), [gate](CardLease&) {
        gate.wait();
        return Status{};
    });
    const auto trouble = reader->trouble(1);
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->code, Errc::timed_out);
    release.set_value();
    EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
}

TEST_F(ReaderWork, TellsWorkThatPcscdCancelledFromWorkThatStopCutShort) {
    const auto reader = make(true);
    const auto cancelled =
        reader->run(1, seconds(10), [](CardLease&) -> Status { return fail(Errc::abandoned); });
    EXPECT_TRUE(failed_with(cancelled, Errc::abandoned));
    const auto cut_short = reader->run(1, seconds(10), [&reader](CardLease&) -> Status {
        // Not waited for: the worker that should end is this one.
        EXPECT_FALSE(reader->stop(SteadyClock().now()));
        return fail(Errc::abandoned);
    });
    EXPECT_TRUE(failed_with(cut_short, Errc::not_initialized));
}

TEST(SteadyClock, SleepsUntilThenAndTellsOfTheMachinesOwnSleep) {
    const SteadyClock clock;
    const TimePoint start = clock.now();
    clock.sleep_until(start + milliseconds(5));
    EXPECT_GE(clock.now() - start, milliseconds(5));
    const Duration suspended = clock.suspended();
    EXPECT_GE(suspended, -milliseconds(1));
    EXPECT_LT(clock.suspended() - suspended, seconds(1)) << "it moves only while the machine sleeps";
}

TEST_F(ReaderWork, TakesNothingAfterItsEnd) {
    const auto reader = make(true);
    EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
    EXPECT_TRUE(
        failed_with(reader->run(1, seconds(10), [](CardLease&) { return Status{}; }), Errc::not_initialized));
    EXPECT_TRUE(reader->stop(SteadyClock().now() + seconds(10)));
}

}  // namespace
}  // namespace jpki::p11::testing
