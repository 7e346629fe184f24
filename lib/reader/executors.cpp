#include "reader/executors.hpp"

#include <csignal>
#include <deque>
#include <system_error>
#include <thread>

#include "crypto/library_context.hpp"
#include "reader/environment.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

namespace {

// Lives as long as the thread or the executor, whichever ends last.
struct Shared {
    Mutex mutex;
    Condition changed;
    std::deque<std::shared_ptr<Job>> queue JPKI_GUARDED_BY(mutex);
    std::shared_ptr<Job> running JPKI_GUARDED_BY(mutex);
    bool stopping JPKI_GUARDED_BY(mutex) = false;
    bool ended JPKI_GUARDED_BY(mutex) = false;
    Executor::IdleHook idle;
    const Clock* clock = nullptr;
};

// The next job, or nothing when the hook is due or the end has come.
std::shared_ptr<Job> next_job(Shared& shared, TimePoint wake_up) JPKI_REQUIRES(shared.mutex) {
    while (shared.queue.empty() && !shared.stopping) {
        if (!shared.changed.wait_until(shared.mutex, wake_up) && shared.queue.empty()) return nullptr;
    }
    if (shared.queue.empty()) return nullptr;
    shared.running = std::move(shared.queue.front());
    shared.queue.pop_front();
    return shared.running;
}

void work(const std::shared_ptr<Shared>& shared) {
    std::optional<TimePoint> wake_up;
    for (;;) {
        std::shared_ptr<Job> job;
        bool stopping = false;
        {
            const Lock lock(shared->mutex);
            job = next_job(*shared, wake_up.value_or(kNever));
            stopping = shared->stopping;
        }
        if (job) {
            job->run();
            const Lock lock(shared->mutex);
            job->done = true;
            shared->running = nullptr;
            shared->changed.notify_all();
            if (!shared->queue.empty()) continue;
            stopping = shared->stopping;  // it may have been said while the job was stuck
        }
        if (stopping) break;
        wake_up = shared->idle(shared->clock->now());
    }
    (void)shared->idle(kNever);
    shared->idle = nullptr;  // and with it the card and the log, before anybody is told that this has ended
    crypto::thread_ends();
    const Lock lock(shared->mutex);
    shared->ended = true;
    shared->changed.notify_all();
}

class ThreadExecutor final : public Executor {
  public:
    ThreadExecutor(const Clock& clock, IdleHook idle) : shared_(std::make_shared<Shared>()) {
        shared_->idle = std::move(idle);
        shared_->clock = &clock;
    }

    bool post(const std::shared_ptr<Job>& job) override {
        const Lock lock(shared_->mutex);
        if (shared_->stopping) return false;
        if (!started_) started_ = start_thread([shared = shared_] { work(shared); });
        if (!started_) return false;
        shared_->queue.push_back(job);
        shared_->changed.notify_all();
        return true;
    }

    bool wait(const std::shared_ptr<Job>& job, TimePoint deadline) override {
        const Lock lock(shared_->mutex);
        while (!job->done) {
            if (shared_->changed.wait_until(shared_->mutex, deadline) || job->done) continue;
            job->abandoned = true;
            std::erase(shared_->queue, job);
            return false;
        }
        return true;
    }

    [[nodiscard]] bool wedged() const override {
        const Lock lock(shared_->mutex);
        return shared_->running && shared_->running->abandoned;
    }

    bool stop(TimePoint deadline) override {
        const Lock lock(shared_->mutex);
        shared_->stopping = true;
        if (shared_->running) shared_->running->abandoned = true;
        for (const auto& job : shared_->queue)
            job->abandoned = true;
        shared_->changed.notify_all();
        while (started_ && !shared_->ended) {
            if (!shared_->changed.wait_until(shared_->mutex, deadline) && !shared_->ended) return false;
        }
        return true;
    }

  private:
    std::shared_ptr<Shared> shared_;
    bool started_ JPKI_GUARDED_BY(shared_->mutex) = false;
};

class InlineExecutor final : public Executor {
  public:
    explicit InlineExecutor(IdleHook idle) : idle_(std::move(idle)) {}

    bool post(const std::shared_ptr<Job>& job) override {
        const Lock lock(mutex_);
        job->run();
        (void)idle_(kNever);
        job->done = true;
        return true;
    }
    bool wait(const std::shared_ptr<Job>& /*job*/, TimePoint /*deadline*/) override { return true; }
    [[nodiscard]] bool wedged() const override { return false; }
    bool stop(TimePoint /*deadline*/) override { return true; }

  private:
    Mutex mutex_;
    IdleHook idle_;
};

}  // namespace

bool start_thread(std::function<void()> body) noexcept {
    sigset_t all;
    sigset_t before;
    (void)::sigfillset(&all);
    if (::pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    bool started = true;
    try {
        std::thread(std::move(body)).detach();
    } catch (...) {
        started = false;
    }
    (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

std::unique_ptr<Executor> make_thread_executor(const Clock& clock, Executor::IdleHook idle) {
    return std::make_unique<ThreadExecutor>(clock, std::move(idle));
}

std::unique_ptr<Executor> make_inline_executor(Executor::IdleHook idle) {
    return std::make_unique<InlineExecutor>(std::move(idle));
}

}  // namespace jpki::p11
