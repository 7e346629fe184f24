// A process that gets no more threads: what needs one fails, and works again as soon as there is one.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "doubles.hpp"
#include "reader/executors.hpp"
#include "reader/monitor.hpp"
#include "reader/reader.hpp"

namespace {
std::atomic<bool> no_more_threads{false};
}  // namespace

// libstdc++ takes the program's own definition before the library's.
extern "C" [[gnu::visibility("default")]] int pthread_create(pthread_t* thread,
                                                             const pthread_attr_t* attributes,
                                                             void* (*body)(void*), void* argument) noexcept {
    if (no_more_threads) return EAGAIN;
    static const auto real =
        reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
    return real(thread, attributes, body, argument);
}

namespace jpki::p11::testing {
namespace {

class NoThreads : public ::testing::Test {
  protected:
    NoThreads() { no_more_threads = true; }
    ~NoThreads() override { no_more_threads = false; }
    static TimePoint later() { return SteadyClock().now() + seconds(10); }

    std::shared_ptr<World> world_ = std::make_shared<World>();
    std::shared_ptr<Environment> environment_ = [this] {
        auto made = make_environment(world_, std::make_unique<SteadyClock>());
        made->threads = true;
        return made;
    }();
};

TEST_F(NoThreads, LeaveTheCallersSignalsAsTheyWere) {
    EXPECT_FALSE(start_thread([] { ADD_FAILURE() << "there is a thread"; }));
    sigset_t blocked;
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
    EXPECT_EQ(::sigismember(&blocked, SIGINT), 0);
    EXPECT_EQ(::sigismember(&blocked, SIGUSR1), 0);
}

TEST_F(NoThreads, MeanNoMemoryForAReaderUntilThereIsOne) {
    Reader reader(environment_, "R");
    const ReaderState seen = testing::reader("R", 1, true);
    reader.presence().update(&seen);
    const auto work = [](CardLease&) -> Result<int> { return 42; };
    EXPECT_TRUE(failed_with(reader.run(1, seconds(10), work), Errc::no_memory));
    EXPECT_EQ(world_->told(), "") << "worked on the caller's thread, which may hang";
    no_more_threads = false;
    EXPECT_EQ(reader.run(1, seconds(10), work), 42);
    EXPECT_TRUE(reader.stop(later()));
}

TEST_F(NoThreads, KeepNobodyWaitingForAMonitorThatIsNotThere) {
    environment_->timing.first_answer = seconds(30);
    std::atomic<int> looks{0};
    Monitor monitor(environment_, [&looks](const Monitor::Snapshot&) { ++looks; });
    const TimePoint start = SteadyClock().now();
    monitor.ensure_looking();
    EXPECT_LT(SteadyClock().now() - start, seconds(10));
    EXPECT_EQ(looks, 0);
    no_more_threads = false;
    monitor.ensure_looking();
    EXPECT_GE(looks, 1) << "did not try again";
    EXPECT_TRUE(monitor.stop(later()));
}

}  // namespace
}  // namespace jpki::p11::testing
