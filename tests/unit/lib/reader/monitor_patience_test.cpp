// How long a slot call waits for the readers: for an answer, not for a time (ADR 0006).
#include <map>

#include "doubles.hpp"
#include "reader/monitor.hpp"

namespace jpki::p11::testing {
namespace {

// Without threads, so that all the waiting is the fake clock's.
class Patience : public ::testing::Test {
  protected:
    Patience() { start(); }
    // A program of its own.
    void start() {
        world_ = World{};
        events_.clear();
        looks_ = 0;
        clock_ = new FakeClock;
        environment_ = make_environment(shared_world_, std::unique_ptr<Clock>(clock_));
        monitor_ = std::make_unique<Monitor>(environment_, [this](const Monitor::Snapshot& snapshot) {
            seen_ = snapshot;
            if (const auto event = events_.find(++looks_); event != events_.end())
                world_.readers = event->second;
        });
    }
    // What pcscd lists once it was asked so often.
    void after(int looks, Monitor::Snapshot readers) { events_[looks] = std::move(readers); }
    Duration waits() {
        const Duration before = clock_->slept();
        monitor_->ensure_looking();
        return clock_->slept() - before;
    }

    std::shared_ptr<World> shared_world_ = std::make_shared<World>();
    World& world_ = *shared_world_;
    FakeClock* clock_ = nullptr;
    std::shared_ptr<Environment> environment_;
    Monitor::Snapshot seen_;
    std::map<int, Monitor::Snapshot> events_;
    int looks_ = 0;
    std::unique_ptr<Monitor> monitor_;
};

TEST_F(Patience, NobodyWaitsForAPcscdThatHasBeenUpForLong) {
    world_.uptime = seconds(5);
    EXPECT_EQ(waits(), Duration{});
    world_.readers = {reader("A", 1, false)};
    EXPECT_EQ(waits(), Duration{});
}

TEST_F(Patience, ACardIsAnAnswerAtOnce) {
    world_.uptime = {};
    world_.readers = {reader("A", 1, false), reader("B", 1, true)};
    EXPECT_EQ(waits(), Duration{});
}

TEST_F(Patience, AYoungPcscdIsGivenTimeUntilItsFirstCard) {
    for (const Duration uptime : {Duration{}, Duration{milliseconds(30)}, Duration{milliseconds(4999)}}) {
        SCOPED_TRACE(uptime.count());
        start();
        world_.uptime = uptime;
        after(4, {reader("A", 1, false)});
        after(9, {reader("A", 1, true)});
        EXPECT_EQ(waits(), 9 * milliseconds(50));
        ASSERT_EQ(seen_.size(), 1U);
        EXPECT_TRUE(seen_[0].card_present);
    }
}

TEST_F(Patience, WithoutAPcscdThereIsNothingToWaitFor) {
    world_.uptime = {};
    world_.service = {fail(Errc::service_unavailable)};
    EXPECT_EQ(waits(), Duration{});
    after(looks_ + 2, {reader("A", 1, true)});
    EXPECT_EQ(waits(), 2 * milliseconds(50)) << "now there is a young one";
}

TEST_F(Patience, EndsAfterASecondAndAHalfAndIsSpentOnce) {
    world_.uptime = {};
    EXPECT_EQ(waits(), milliseconds(1500));
    EXPECT_EQ(waits(), Duration{}) << "it had answered us before";
    world_.readers = {reader("A", 1, false)};
    EXPECT_EQ(waits(), Duration{});
    EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Patience, ARestartedPcscdIsYoungAgain) {
    world_.readers = {reader("A", 1, true)};
    EXPECT_EQ(waits(), Duration{});
    world_.uptime = milliseconds(20);
    world_.readers.clear();
    world_.lists = {fail(Errc::service_unavailable)};
    after(looks_ + 6, {reader("A", 1, true)});
    EXPECT_EQ(waits(), 6 * milliseconds(50));
    EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Patience, AnErrorMeanwhileEndsIt) {
    world_.uptime = {};
    world_.lists = {Status{}, Status{}, fail(Errc::service_unavailable)};
    world_.service = {Status{}, fail(Errc::access_denied)};
    EXPECT_EQ(waits(), 2 * milliseconds(50));
    EXPECT_EQ(monitor_->trouble(), Errc::access_denied);
}

}  // namespace
}  // namespace jpki::p11::testing
