// Where the work of one reader runs: on a thread of its own, or inline in the caller's. The reader posts, API
// threads wait; nothing here knows what the work is. Implementations: lib/reader/executors.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "waist/clock.hpp"

namespace jpki {

// One piece of work. It owns all that it touches, because the one who posted it may have left.
class Job {
  public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    virtual void run() noexcept = 0;

    // Set by the waiter that gave up; looked at before every command (card/iso7816/channel.cpp).
    std::atomic<bool> abandoned{false};
    // Set by the executor when run() has returned.
    std::atomic<bool> done{false};
};

// The one who waits for a job: until when, and whether still.
struct Waiter {
    TimePoint deadline = kNever;
    const std::atomic<bool>* abandoned = nullptr;  // a Job's; null: somebody waits, whatever happens

    [[nodiscard]] bool gone() const noexcept { return abandoned != nullptr && abandoned->load(); }
};

class Executor {
  public:
    Executor() = default;
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    virtual ~Executor() = default;

    // Called with no job waiting, on the thread that runs jobs: does what is due at `now` (kNever: all of it)
    // and says when it wants to be called again, if at all.
    using IdleHook = std::function<std::optional<TimePoint>(TimePoint now)>;

    // Jobs run one at a time in the order of posting. False: no thread could be made, the job will not run.
    virtual bool post(const std::shared_ptr<Job>& job) = 0;

    // True when `job` has ended. False when the deadline came first: the job is then marked abandoned.
    virtual bool wait(const std::shared_ptr<Job>& job, TimePoint deadline) = 0;

    // True while a job has outlived its waiter's deadline.
    [[nodiscard]] virtual bool wedged() const = 0;

    // Runs the idle hook a last time with kNever and ends. False: stuck in a call that does not come back;
    // the thread keeps what it needs alive and ends by itself.
    virtual bool stop(TimePoint deadline) = 0;
};

}  // namespace jpki
