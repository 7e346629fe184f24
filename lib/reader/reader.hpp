// One reader as API threads see it: they hand over work and wait with a deadline; whatever blocks, blocks
// somewhere else. The executor is made at the first card access. Shared by the tokens of its two keys.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "reader/lease.hpp"
#include "waist/executor.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

class Reader {
  public:
    Reader(std::shared_ptr<const Environment> environment, std::string name);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Presence& presence() noexcept { return *presence_; }
    [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }

    // Runs `work(CardLease&)`, which returns a Result, on the reader's executor and waits at most `limit`.
    // `work` owns what it uses: when the deadline passes, the caller leaves and the work may still be
    // running. It may be called twice (see LeaseKeeper::run). Errors: LeaseKeeper::run's, timed_out,
    // no_memory; not_initialized when stop() came in between.
    template <class F>
    auto run(CardGeneration card_generation, Duration limit, F work) -> std::invoke_result_t<F&, CardLease&> {
        using Answer = std::invoke_result_t<F&, CardLease&>;
        const TimePoint deadline = environment_->clock->now() + limit;
        auto job = std::make_shared<LeaseJob<F, Answer>>(keeper_, card_generation, deadline, std::move(work));
        const Status executed = execute(job, deadline);
        record(card_generation, !executed      ? &executed.error()
                                : *job->answer ? nullptr
                                               : &job->answer->error());
        JPKI_TRY(executed);
        if (failed_with(*job->answer, Errc::abandoned))
            return fail(refused(Errc::abandoned, job->answer->error().what).error());
        return std::move(*job->answer);
    }

    // Why the last work on the card of this card generation failed; nothing: it did not, or there was none.
    [[nodiscard]] std::optional<Error> trouble(CardGeneration card_generation);

    // Logs out and lets go of the card now instead of after the linger.
    void end_lease();

    // False: the worker is still at it; asked again later, or left to itself.
    bool stop(TimePoint deadline);

  private:
    template <class F, class Answer>
    struct LeaseJob final : Job {
        LeaseJob(std::shared_ptr<LeaseKeeper> k, CardGeneration g, TimePoint d, F w)
            : keeper(std::move(k)), card_generation(g), deadline(d), work(std::move(w)) {}

        void run() noexcept override {
            try {
                const Status ended =
                    keeper->run(card_generation, abandoned, deadline, [this](CardLease& lease) {
                        answer.emplace(work(lease));
                        return *answer ? Status{} : Status{fail(answer->error())};
                    });
                if (!ended) answer.emplace(fail(ended.error()));
            } catch (...) {
                answer.emplace(fail(Errc::no_memory, "out of memory in a card operation"));
            }
        }

        std::shared_ptr<LeaseKeeper> keeper;
        CardGeneration card_generation;
        TimePoint deadline;
        F work;
        std::optional<Answer> answer;
    };

    Status execute(const std::shared_ptr<Job>& job, TimePoint deadline);
    // Why a job was not taken, or not brought to its end: `code`, unless stop() is the reason.
    Status refused(Errc code, const char* what);
    std::shared_ptr<Executor> executor(bool make);
    void record(CardGeneration card_generation, const Error* failure);

    std::shared_ptr<const Environment> environment_;
    std::string name_;
    std::shared_ptr<Presence> presence_;
    std::shared_ptr<LeaseKeeper> keeper_;
    Mutex mutex_;
    std::shared_ptr<Executor> executor_ JPKI_GUARDED_BY(mutex_);
    bool stopped_ JPKI_GUARDED_BY(mutex_) = false;
    std::optional<std::pair<CardGeneration, Error>> trouble_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
