#include "reader/executors.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <thread>

#include "reader/environment.hpp"

namespace jpki::p11 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Idle = std::optional<TimePoint>;

const SteadyClock kClock;  // outlives every thread

TimePoint in(Duration time) { return kClock.now() + time; }

struct Task final : Job {
    explicit Task(std::function<void()> w) : work(std::move(w)) {}
    void run() noexcept override { work(); }
    std::function<void()> work;
};
std::shared_ptr<Task> task(std::function<void()> work) { return std::make_shared<Task>(std::move(work)); }

// A job that runs until it is let go.
struct Stuck {
    std::promise<void> release;
    std::promise<void> begun;
    std::promise<void> over;
    std::shared_ptr<Task> job = task([this] {
        begun.set_value();
        release.get_future().wait();
    });
};

TEST(ThreadExecutor, RunsJobsInTheirOrderOnAnotherThread) {
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    std::vector<int> order;
    std::thread::id worker;
    std::vector<std::shared_ptr<Task>> jobs;
    for (int i = 0; i < 20; ++i) {
        jobs.push_back(task([&order, &worker, i] {
            order.push_back(i);
            worker = std::this_thread::get_id();
        }));
        ASSERT_TRUE(executor->post(jobs.back()));
    }
    for (const auto& job : jobs)
        ASSERT_TRUE(executor->wait(job, in(seconds(10))));
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    EXPECT_NE(worker, std::this_thread::get_id());
    EXPECT_TRUE(executor->stop(in(seconds(10))));
}

TEST(ThreadExecutor, BlocksAllSignalsInItsThreadAndNoneInOurs) {
    sigset_t before;
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    sigset_t inside;
    const auto job = task([&inside] { (void)::pthread_sigmask(SIG_SETMASK, nullptr, &inside); });
    ASSERT_TRUE(executor->post(job));
    ASSERT_TRUE(executor->wait(job, in(seconds(10))));
    sigset_t after;
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &after), 0);
    for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGCHLD, SIGPIPE, SIGHUP}) {
        EXPECT_EQ(::sigismember(&inside, signal), 1) << signal;
        EXPECT_EQ(::sigismember(&after, signal), ::sigismember(&before, signal)) << signal;
    }
    EXPECT_TRUE(executor->stop(in(seconds(10))));
}

TEST(ThreadExecutor, AWaitEndsAtItsDeadlineAndAbandonsTheJob) {
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    Stuck stuck;
    ASSERT_TRUE(executor->post(stuck.job));
    const TimePoint start = kClock.now();
    EXPECT_FALSE(executor->wait(stuck.job, in(milliseconds(30))));
    EXPECT_GE(kClock.now() - start, milliseconds(30));
    EXPECT_LT(kClock.now() - start, seconds(5));
    EXPECT_TRUE(stuck.job->abandoned);
    EXPECT_FALSE(stuck.job->done);
    stuck.release.set_value();
    EXPECT_TRUE(executor->stop(in(seconds(10))));
    EXPECT_TRUE(stuck.job->done);
}

TEST(ThreadExecutor, IsWedgedWhileAJobOutlivesItsWaiter) {
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    Stuck stuck;
    EXPECT_FALSE(executor->wedged());
    ASSERT_TRUE(executor->post(stuck.job));
    stuck.begun.get_future().wait();
    EXPECT_FALSE(executor->wedged()) << "somebody still waits";
    EXPECT_FALSE(executor->wait(stuck.job, in(milliseconds(10))));
    EXPECT_TRUE(executor->wedged());
    stuck.release.set_value();
    const auto next = task([] {});
    ASSERT_TRUE(executor->post(next));
    EXPECT_TRUE(executor->wait(next, in(seconds(10))));
    EXPECT_FALSE(executor->wedged());
    EXPECT_TRUE(executor->stop(in(seconds(10))));
}

TEST(ThreadExecutor, AJobAbandonedBeforeItBeganNeverRuns) {
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    Stuck stuck;
    bool ran = false;
    const auto queued = task([&ran] { ran = true; });
    ASSERT_TRUE(executor->post(stuck.job));
    ASSERT_TRUE(executor->post(queued));
    stuck.begun.get_future().wait();
    EXPECT_FALSE(executor->wait(queued, in(milliseconds(10))));
    EXPECT_TRUE(queued->abandoned);
    stuck.release.set_value();
    const auto last = task([] {});
    ASSERT_TRUE(executor->post(last));
    EXPECT_TRUE(executor->wait(last, in(seconds(10))));
    EXPECT_FALSE(ran);
    EXPECT_FALSE(queued->done);
    EXPECT_TRUE(executor->stop(in(seconds(10))));
}

TEST(ThreadExecutor, CallsTheHookWhenNoJobWaitsAndWhenItIsDue) {
    std::promise<void> second_call;
    int calls = 0;
    std::vector<TimePoint> times;
    const auto executor = make_thread_executor(kClock, [&](TimePoint now) {
        times.push_back(now);
        if (++calls == 1) return Idle(now + milliseconds(20));
        if (calls == 2) second_call.set_value();
        return Idle();
    });
    const auto job = task([] {});
    ASSERT_TRUE(executor->post(job));
    ASSERT_TRUE(executor->wait(job, in(seconds(10))));
    ASSERT_EQ(second_call.get_future().wait_for(seconds(10)), std::future_status::ready);
    EXPECT_TRUE(executor->stop(in(seconds(10))));
    ASSERT_GE(times.size(), 3U);
    EXPECT_GE(times[1] - times[0], milliseconds(20));
    EXPECT_EQ(times.back(), kNever) << "the end is announced";
}

TEST(ThreadExecutor, DoesNotCallTheHookBetweenTwoWaitingJobs) {
    int calls = 0;
    const auto executor = make_thread_executor(kClock, [&calls](TimePoint) {
        ++calls;
        return Idle();
    });
    Stuck stuck;
    int calls_seen = -1;
    const auto second = task([&] { calls_seen = calls; });
    ASSERT_TRUE(executor->post(stuck.job));
    stuck.begun.get_future().wait();
    ASSERT_TRUE(executor->post(second));
    stuck.release.set_value();
    ASSERT_TRUE(executor->wait(second, in(seconds(10))));
    EXPECT_EQ(calls_seen, 0);
    EXPECT_TRUE(executor->stop(in(seconds(10))));
}

TEST(ThreadExecutor, StoppedBeforeItBeganEndsAtOnceAndTakesNothing) {
    int calls = 0;
    const auto executor = make_thread_executor(kClock, [&calls](TimePoint) {
        ++calls;
        return Idle();
    });
    EXPECT_TRUE(executor->stop(in(seconds(10))));
    EXPECT_FALSE(executor->post(task([] {})));
    EXPECT_EQ(calls, 0);
}

TEST(ThreadExecutor, StopTellsTheRunningJobAndTheWaitingOnes) {
    const auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    std::promise<void> begun;
    const auto running = task([] {});
    running->work = [&] {
        begun.set_value();
        while (!running->abandoned)
            std::this_thread::sleep_for(milliseconds(1));
    };
    const auto waiting = task([] {});
    ASSERT_TRUE(executor->post(running));
    begun.get_future().wait();
    ASSERT_TRUE(executor->post(waiting));
    EXPECT_TRUE(executor->stop(in(seconds(10))));
    EXPECT_TRUE(running->done);
    EXPECT_TRUE(waiting->abandoned);
    EXPECT_TRUE(executor->wait(running, in(seconds(0))));
}

// What the hook holds (the card, the log) must not be let go by a thread that nobody knows of any more.
TEST(ThreadExecutor, HasLetGoOfItsHookWhenItHasStopped) {
    for (int round = 0; round < 50; ++round) {
        const auto held = std::make_shared<int>(1);
        auto executor = make_thread_executor(kClock, [held](TimePoint) { return Idle(); });
        const auto job = task([] {});
        ASSERT_TRUE(executor->post(job));
        ASSERT_TRUE(executor->wait(job, in(seconds(10))));
        ASSERT_TRUE(executor->stop(in(seconds(10))));
        executor.reset();
        ASSERT_EQ(held.use_count(), 1);
    }
}

TEST(ThreadExecutor, StopWithAStuckJobGivesUpAtItsDeadline) {
    auto executor = make_thread_executor(kClock, [](TimePoint) { return Idle(); });
    const auto stuck = std::make_shared<Stuck>();
    const auto job = task([stuck] {
        stuck->begun.set_value();
        stuck->release.get_future().wait();
        stuck->over.set_value();
    });
    ASSERT_TRUE(executor->post(job));
    stuck->begun.get_future().wait();
    const TimePoint start = kClock.now();
    EXPECT_FALSE(executor->stop(in(milliseconds(30))));
    EXPECT_LT(kClock.now() - start, seconds(5));
    EXPECT_TRUE(job->abandoned);
    // The executor may go; the thread keeps what it needs.
    executor.reset();
    stuck->release.set_value();
    stuck->over.get_future().wait();
}

TEST(InlineExecutor, RunsAJobAndThenAllThatIsDueBeforePostReturns) {
    std::vector<std::string> order;
    TimePoint due{};
    const auto executor = make_inline_executor([&](TimePoint now) {
        order.emplace_back("idle");
        due = now;
        return Idle();
    });
    const auto thread = std::this_thread::get_id();
    const auto job = task([&] {
        order.emplace_back("job");
        EXPECT_EQ(std::this_thread::get_id(), thread);
    });
    EXPECT_TRUE(executor->post(job));
    EXPECT_EQ(order, (std::vector<std::string>{"job", "idle"}));
    EXPECT_EQ(due, kNever) << "nothing may linger";
    EXPECT_TRUE(job->done);
    EXPECT_TRUE(executor->wait(job, TimePoint{}));
    EXPECT_FALSE(executor->wedged());
    EXPECT_TRUE(executor->stop(TimePoint{}));
}

TEST(StartThread, RunsTheBodyElsewhere) {
    std::promise<std::thread::id> ran;
    ASSERT_TRUE(start_thread([&ran] { ran.set_value(std::this_thread::get_id()); }));
    EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

}  // namespace
}  // namespace jpki::p11
