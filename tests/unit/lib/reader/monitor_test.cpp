#include "reader/monitor.hpp"

#include <atomic>
#include <thread>

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

class MonitorOf : public ::testing::Test {
  protected:
    void make(bool threads) {
        auto environment = make_environment(shared_world_, std::make_unique<SteadyClock>());
        environment->threads = threads;
        monitor_ = std::make_unique<Monitor>(environment, [this](const Monitor::Snapshot& snapshot) {
            seen_ = snapshot.size();
            ++looks_;
        });
    }
    template <class F>
    static bool soon(F condition) {
        for (int i = 0; i < 1000 && !condition(); ++i)
            std::this_thread::sleep_for(milliseconds(5));
        return condition();
    }
    static TimePoint later() { return SteadyClock().now() + seconds(10); }

    std::shared_ptr<World> shared_world_ = std::make_shared<World>();
    World& world_ = *shared_world_;
    std::atomic<std::size_t> seen_{99};
    std::atomic<int> looks_{0};
    std::unique_ptr<Monitor> monitor_;
};

TEST_F(MonitorOf, LooksInTheCallerWithoutThreads) {
    make(false);
    world_.readers = {reader("A", 1, false)};
    monitor_->ensure_looking();
    EXPECT_EQ(seen_, 1U);
    world_.readers.clear();
    monitor_->ensure_looking();
    EXPECT_EQ(seen_, 0U);
    EXPECT_EQ(looks_, 2);
    EXPECT_EQ(world_.told(), "context list list");
    EXPECT_TRUE(monitor_->stop(later()));
    monitor_->ensure_looking();
    EXPECT_EQ(looks_, 2) << "looked after its end";
}

TEST_F(MonitorOf, SaysWhyItSeesNothing) {
    make(false);
    world_.readers = {reader("A", 1, false)};
    world_.service = {fail(Errc::service_unavailable), fail(Errc::access_denied), fail(Errc::access_denied)};
    monitor_->ensure_looking();
    EXPECT_EQ(monitor_->trouble(), Errc::service_unavailable);
    EXPECT_EQ(seen_, 0U);
    monitor_->ensure_looking();
    EXPECT_EQ(monitor_->trouble(), Errc::access_denied);
    monitor_->ensure_looking();
    EXPECT_EQ(monitor_->trouble(), std::nullopt);
    EXPECT_EQ(seen_, 1U);
}

// A restarted pcscd: the context died with the old one, which says nothing of readers.
TEST_F(MonitorOf, OpensAnotherContextWhenOneIsOfNoMoreUse) {
    make(false);
    world_.readers = {reader("A", 1, false)};
    monitor_->ensure_looking();
    world_.lists = {fail(Errc::service_unavailable)};
    monitor_->ensure_looking();
    EXPECT_EQ(seen_, 1U);
    EXPECT_EQ(monitor_->trouble(), std::nullopt);
    EXPECT_EQ(world_.told(), "context list list context list");
    world_.lists = {fail(Errc::service_unavailable)};
    world_.service = {fail(Errc::service_unavailable)};
    monitor_->ensure_looking();
    EXPECT_EQ(seen_, 0U);
    EXPECT_EQ(monitor_->trouble(), Errc::service_unavailable);
    EXPECT_EQ(world_.told(), "list context");
}

// libpcsclite calls it a refusal when the pcscd that it was talking to ends (1.9.9, --auto-exit).
TEST_F(MonitorOf, AsksTheNextPcscdWhenOneEndsInTheMiddle) {
    make(false);
    world_.readers = {reader("A", 1, false)};
    world_.service = {fail(Errc::access_denied)};
    monitor_->ensure_looking();
    EXPECT_EQ(seen_, 1U);
    EXPECT_EQ(monitor_->trouble(), std::nullopt);
}

TEST_F(MonitorOf, HasLookedOnceWhenTheFirstCallReturns) {
    make(true);
    world_.readers = {reader("A", 1, false)};
    monitor_->ensure_looking();
    EXPECT_TRUE(soon([this] { return looks_ >= 1; }));
    EXPECT_EQ(seen_, 1U);
    EXPECT_TRUE(monitor_->stop(later()));
}

TEST_F(MonitorOf, LooksAgainSoonWhenKicked) {
    make(true);
    monitor_->ensure_looking();
    ASSERT_TRUE(soon([this] { return looks_ >= 1; }));
    const int before = looks_;
    const TimePoint start = SteadyClock().now();
    monitor_->kick();
    EXPECT_TRUE(soon([&] { return looks_ > before; }));
    EXPECT_LT(SteadyClock().now() - start, milliseconds(450)) << "it only waited for its next turn";
    EXPECT_TRUE(monitor_->stop(later()));
}

TEST_F(MonitorOf, LooksAgainByItself) {
    make(true);
    monitor_->ensure_looking();
    EXPECT_TRUE(soon([this] { return looks_ >= 2; }));
    EXPECT_TRUE(monitor_->stop(later()));
    const int after = looks_;
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_EQ(looks_, after);
}

TEST_F(MonitorOf, StoppedBeforeItBeganIsStopped) {
    make(true);
    EXPECT_TRUE(monitor_->stop(later()));
    monitor_->ensure_looking();
    EXPECT_EQ(looks_, 0);
}

}  // namespace
}  // namespace jpki::p11::testing
