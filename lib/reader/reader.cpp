#include "reader/reader.hpp"

#include "reader/executors.hpp"

namespace jpki::p11 {

namespace {

struct EndLease final : Job {
    explicit EndLease(std::shared_ptr<LeaseKeeper> k) : keeper(std::move(k)) {}
    void run() noexcept override { keeper->end_lease(); }
    std::shared_ptr<LeaseKeeper> keeper;
};

}  // namespace

Reader::Reader(std::shared_ptr<const Environment> environment, std::string name)
    : environment_(std::move(environment)),
      name_(std::move(name)),
      presence_(std::make_shared<Presence>()),
      keeper_(std::make_shared<LeaseKeeper>(environment_, name_, presence_)) {}

std::shared_ptr<Executor> Reader::executor(bool make) {
    const Lock lock(mutex_);
    if (!executor_ && make && !stopped_) {
        auto idle = [keeper = keeper_](TimePoint now) { return keeper->idle(now); };
        executor_ = environment_->threads ? make_thread_executor(*environment_->clock, std::move(idle))
                                          : make_inline_executor(std::move(idle));
    }
    return executor_;
}

Status Reader::refused(Errc code, const char* what) {
    const Lock lock(mutex_);
    // A worker that is told to end takes no work and abandons what it has; the reader is not to blame.
    if (stopped_) return fail(Errc::not_initialized, "the module is being finalised");
    return fail(code, what);
}

Status Reader::execute(const std::shared_ptr<Job>& job, TimePoint deadline) {
    const auto runner = executor(true);
    if (!runner) return refused(Errc::not_initialized, "");
    if (runner->wedged())
        return refused(
            Errc::timed_out,
            "the reader has not come back from an earlier operation; take the card off it, or unplug it");
    if (!runner->post(job)) return refused(Errc::no_memory, "no thread for the reader");
    if (!runner->wait(job, deadline)) return fail(Errc::timed_out, "the reader did not answer in time");
    return {};
}

void Reader::record(CardGeneration card_generation, const Error* failure) {
    std::optional<std::pair<CardGeneration, Error>> trouble;
    if (failure != nullptr) trouble.emplace(card_generation, *failure);
    // pcscd lets nobody connect while another program is in a transaction, and does not come back meanwhile.
    if (trouble && failure->code == Errc::timed_out && presence_->view().in_use && !keeper_->connected()) {
        trouble->second = {Errc::reader_busy, 0, "another program holds the card"};
        if (environment_->log->enabled(LogLevel::warning))
            environment_->log->write(LogLevel::warning, trouble->second.what);
    }
    const Lock lock(mutex_);
    if (!stopped_) trouble_ = trouble;
}

std::optional<Error> Reader::trouble(CardGeneration card_generation) {
    const Lock lock(mutex_);
    return trouble_ && trouble_->first == card_generation ? std::optional(trouble_->second) : std::nullopt;
}

void Reader::end_lease() {
    const auto runner = executor(false);
    if (!runner || runner->wedged()) return;
    const auto job = std::make_shared<EndLease>(keeper_);
    if (runner->post(job))
        (void)runner->wait(job, environment_->clock->now() + environment_->timing.shutdown);
}

bool Reader::stop(TimePoint deadline) {
    std::shared_ptr<Executor> runner;
    {
        const Lock lock(mutex_);
        stopped_ = true;
        runner = executor_;  // which takes no more work, and may be waited for again
    }
    return !runner || runner->stop(deadline);
}

}  // namespace jpki::p11
