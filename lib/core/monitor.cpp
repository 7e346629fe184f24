#include "core/monitor.hpp"

#include <new>

#include "core/executors.hpp"
#include "crypto/library_context.hpp"

namespace jpki::p11 {

Monitor::Monitor(std::shared_ptr<const Environment> environment, Listener listener)
    : environment_(std::move(environment)), shared_(std::make_shared<Shared>()) {
    shared_->environment = environment_;
    shared_->listener = std::move(listener);
}

void Monitor::look(Shared& shared) {
    const Lock looking(shared.looking);
    Snapshot snapshot;
    std::optional<Errc> trouble;
    if (!shared.context) {
        auto opened = shared.environment->readers->open();
        if (opened) {
            shared.context = std::move(*opened);
        } else {
            trouble = opened.error().code;
        }
    }
    if (shared.context) {
        auto listed = shared.context->list();
        if (listed) {
            snapshot = std::move(*listed);
        } else {
            trouble = listed.error().code;
            shared.context.reset();
        }
    }
    {
        const Lock lock(shared.mutex);
        if (shared.stopping) return;
        shared.trouble = trouble;
    }
    shared.listener(snapshot);
    const Lock lock(shared.mutex);
    shared.looked = true;
    shared.changed.notify_all();
}

void Monitor::loop(const std::shared_ptr<Shared>& shared) {
    const Clock& clock = *shared->environment->clock;
    for (;;) {
        try {
            look(*shared);
        } catch (const std::bad_alloc&) {
            // Nobody on this thread could tell it; the next look may find memory.
        }
        const Lock lock(shared->mutex);
        const TimePoint next = clock.now() + (shared->trouble ? shared->environment->timing.retry_service
                                                              : shared->environment->timing.poll);
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

void Monitor::ensure_looking() {
    if (!environment_->threads) {
        look(*shared_);
        return;
    }
    const Lock lock(shared_->mutex);
    if (shared_->stopping) return;
    if (!shared_->started) shared_->started = start_thread([shared = shared_] { loop(shared); });
    const TimePoint deadline = environment_->clock->now() + environment_->timing.first_snapshot;
    while (shared_->started && !shared_->looked && !shared_->stopping) {
        if (!shared_->changed.wait_until(shared_->mutex, deadline)) return;
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
