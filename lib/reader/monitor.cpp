#include "reader/monitor.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "crypto/library_context.hpp"
#include "reader/executors.hpp"

namespace jpki::p11 {

Monitor::Monitor(std::shared_ptr<const Environment> environment, Listener listener)
    : environment_(std::move(environment)), shared_(std::make_shared<Shared>()) {
    shared_->environment = environment_;
    shared_->listener = std::move(listener);
}

Result<Monitor::Snapshot> Monitor::ask(Shared& shared) {
    const bool kept = shared.context != nullptr;
    if (!kept) {
        JPKI_TRY_ASSIGN(shared.context, shared.environment->readers->open());
    }
    auto listed = shared.context->list();
    if (!listed) {
        shared.context.reset();
    } else if (!kept) {
        const Timing& timing = shared.environment->timing;
        const bool young = shared.context->uptime() < timing.grown_up;
        shared.patient_until = shared.environment->clock->now() + (young ? timing.first_card : Duration{});
    }
    return listed;
}

Result<Monitor::Snapshot> Monitor::ask_again(Shared& shared) {
    const bool kept = shared.context != nullptr;
    auto answer = ask(shared);
    // A context dies with its pcscd, and one that ends while it is being asked says anything: only the next
    // one can tell what there is. Where nobody listens there is none.
    if (answer || (!kept && failed_with(answer, Errc::service_unavailable))) return answer;
    return ask(shared);
}

void Monitor::look(Shared& shared) {
    const Lock looking(shared.looking);
    const auto seen = ask_again(shared);
    const bool waits = seen && std::ranges::none_of(*seen, &ReaderState::card_present) &&
                       shared.environment->clock->now() < shared.patient_until;
    {
        const Lock lock(shared.mutex);
        if (shared.stopping) return;
        shared.trouble = seen ? std::nullopt : std::optional(seen.error().code);
    }
    shared.listener(seen ? *seen : Snapshot{});
    const Lock lock(shared.mutex);
    shared.looked = true;
    shared.answered = !waits;
    shared.limit = shared.patient_until;
    shared.changed.notify_all();
}

void Monitor::loop(const std::shared_ptr<Shared>& shared) {
    const Clock& clock = *shared->environment->clock;
    for (;;) {
        try {
            look(*shared);
        } catch (const std::bad_alloc&) {
            // No one on this thread to report to; the next poll may succeed.
        }
        const Lock lock(shared->mutex);
        const Timing& timing = shared->environment->timing;
        const TimePoint next = clock.now() + (shared->trouble    ? timing.retry_service
                                              : shared->answered ? timing.poll
                                                                 : timing.settling);
        while (!shared->stopping && !shared->kicked) {
            if (!shared->changed.wait_until(shared->mutex, next)) break;
        }
        shared->kicked = false;
        if (shared->stopping) break;
    }
    {
        const Lock looking(shared->looking);
        shared->context.reset();
    }
    shared->listener = nullptr;
    shared->environment = nullptr;  // and with it the readers, before anybody is told that this has ended
    crypto::thread_ends();
    const Lock lock(shared->mutex);
    shared->ended = true;
    shared->changed.notify_all();
}

void Monitor::look_here() {
    for (;;) {
        look(*shared_);
        {
            const Lock lock(shared_->mutex);
            if (shared_->answered || shared_->stopping) return;
        }
        environment_->clock->sleep_until(environment_->clock->now() + environment_->timing.settling);
    }
}

void Monitor::ensure_looking() {
    if (!environment_->threads) return look_here();
    const Lock lock(shared_->mutex);
    if (shared_->stopping) return;
    if (!shared_->started) {
        shared_->limit = environment_->clock->now() + environment_->timing.first_answer;
        shared_->started = start_thread([shared = shared_] { loop(shared); });
    }
    // However often pcscd begins anew meanwhile.
    const Timing& timing = environment_->timing;
    const TimePoint most = environment_->clock->now() + timing.first_answer + timing.first_card;
    while (shared_->started && !shared_->answered && !shared_->stopping) {
        const TimePoint limit = std::min(shared_->limit, most);
        const bool woken = shared_->changed.wait_until(shared_->mutex, limit);
        if (woken || (limit != most && shared_->limit != limit)) continue;
        if (!shared_->looked && !std::exchange(shared_->told_silence, true))
            environment_->log->write(LogLevel::warning,
                                     "pcscd does not answer; nobody knows what readers there are");
        return;
    }
}

void Monitor::kick() {
    const Lock lock(shared_->mutex);
    shared_->kicked = true;
    shared_->changed.notify_all();
}

std::optional<Errc> Monitor::trouble() const {
    const Lock lock(shared_->mutex);
    return shared_->trouble;
}

bool Monitor::stop(TimePoint deadline) {
    const Lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->changed.notify_all();
    while (shared_->started && !shared_->ended) {
        if (!shared_->changed.wait_until(shared_->mutex, deadline) && !shared_->ended) return false;
    }
    return true;
}

}  // namespace jpki::p11
