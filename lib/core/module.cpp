#include "core/module.hpp"

#include <algorithm>
#include <atomic>

#include "crypto/library_context.hpp"

namespace jpki::p11 {

namespace {

CK_SESSION_HANDLE new_session_handle() noexcept {
    // Process-wide, so that handles from before a C_Finalize never come to life again.
    static std::atomic<CK_SESSION_HANDLE> last{0};
    return ++last;
}

}  // namespace

Module::Module(std::shared_ptr<const Environment> environment) : environment_(std::move(environment)) {
    // The monitor feeds the slots and the slots wake the monitor; a weak end keeps that from being a circle.
    auto to_kick = std::make_shared<std::weak_ptr<Monitor>>();
    watched_ = std::make_shared<Watched>(environment_, [to_kick] {
        if (const auto monitor = to_kick->lock()) monitor->kick();
    });
    monitor_ =
        std::make_shared<Monitor>(environment_, [watched = watched_](const Monitor::Snapshot& snapshot) {
            watched->slots.update(snapshot);
            const Lock lock(watched->mutex);
            watched->changed.notify_all();
        });
    *to_kick = monitor_;
}

std::vector<CK_SLOT_ID> Module::slots(bool token_present, bool rescan) {
    monitor_->ensure_looking();
    if (rescan) watched_->slots.rescan();
    return watched_->slots.list(token_present);
}

Result<std::shared_ptr<Token>> Module::slot(CK_SLOT_ID id) {
    monitor_->ensure_looking();
    auto token = watched_->slots.find(id);
    if (!token) return fail(Errc::slot_unknown);
    return token;
}

Result<CK_SLOT_ID> Module::wait_for_event(bool block) {
    for (;;) {
        monitor_->ensure_looking();
        if (const auto id = watched_->slots.take_event()) return *id;
        if (!block) return fail(Errc::no_event);
        const Lock lock(watched_->mutex);
        if (watched_->finalized) return fail(Errc::not_initialized);
        // Woken by every look of the monitor and by C_Finalize; without a monitor thread we look ourselves.
        (void)watched_->changed.wait_until(watched_->mutex,
                                           environment_->clock->now() + environment_->timing.poll);
        if (watched_->finalized) return fail(Errc::not_initialized);
    }
}

// A program that was never told may never close them.
void Module::forget_removed() {
    constexpr std::size_t kRemembered = 1000;
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        const auto entry = at++;
        if (entry->second->check_alive()) continue;
        removed_.insert(entry->first);
        sessions_.erase(entry);
    }
    while (removed_.size() > kRemembered)
        removed_.erase(removed_.begin());
}

Result<CK_SESSION_HANDLE> Module::open_session(CK_SLOT_ID id, bool rw) {
    JPKI_TRY_ASSIGN(auto token, slot(id));
    const CardGeneration card_generation = token->refresh().card_generation;
    JPKI_TRY(token->identify());
    const CK_SESSION_HANDLE handle = new_session_handle();
    JPKI_TRY(token->session_opened(card_generation, rw));
    const Lock lock(mutex_);
    if (finalized_) return fail(Errc::not_initialized);
    forget_removed();
    sessions_.emplace(handle, std::make_shared<Session>(id, std::move(token), card_generation, rw));
    return handle;
}

Result<std::shared_ptr<Session>> Module::session(CK_SESSION_HANDLE handle) {
    const Lock lock(mutex_);
    const auto found = sessions_.find(handle);
    if (finalized_) return fail(Errc::not_initialized);
    if (found == sessions_.end()) return fail(Errc::session_unknown);
    if (!found->second->check_alive()) {
        forget_removed();
        return fail(Errc::session_unknown, "the card of this session was removed");
    }
    (void)found->second->token().refresh(CalledBy::session);
    return found->second;
}

Result<std::shared_ptr<Session>> Module::session_for_login(CK_SESSION_HANDLE handle) {
    auto found = session(handle);
    if (found) return found;
    const Lock lock(mutex_);
    if (removed_.contains(handle)) return fail(Errc::card_removed, "the card of this session was removed");
    return found;
}

bool Module::has_read_only_session(CK_SLOT_ID slot) {
    const Lock lock(mutex_);
    return std::ranges::any_of(sessions_, [slot](const auto& entry) {
        return entry.second->slot() == slot && !entry.second->rw() && entry.second->check_alive();
    });
}

void Module::close(const std::shared_ptr<Session>& session) {
    session->token().session_closed(session->card_generation(), session->rw());
}

Status Module::close_session(CK_SESSION_HANDLE handle) {
    JPKI_TRY_ASSIGN(const auto found, session(handle));
    {
        const Lock lock(mutex_);
        if (sessions_.erase(handle) == 0) return fail(Errc::session_unknown);
    }
    close(found);
    return {};
}

Status Module::close_all_sessions(CK_SLOT_ID id) {
    JPKI_TRY(slot(id));
    std::vector<std::shared_ptr<Session>> closed;
    {
        const Lock lock(mutex_);
        std::erase_if(sessions_, [&](const auto& entry) {
            if (entry.second->slot() != id) return false;
            closed.push_back(entry.second);
            return true;
        });
    }
    for (const auto& one : closed)
        close(one);
    return {};
}

void Module::stop(Duration limit) {
    const TimePoint deadline = environment_->clock->now() + limit;
    {
        const Lock lock(watched_->mutex);
        watched_->finalized = true;
        watched_->changed.notify_all();
    }
    // Told first, waited for last. Told only when a stuck reader has used up the time, it would still be
    // inside libpcsclite when the process exits and that library is torn down (seen: SIGSEGV at exit).
    (void)monitor_->stop(environment_->clock->now());
    (void)watched_->slots.stop(deadline);
    (void)monitor_->stop(deadline);
}

void Module::finalize() {
    {
        const Lock lock(mutex_);
        finalized_ = true;
        sessions_.clear();
    }
    stop(environment_->timing.shutdown);
}

void Module::leave() {
    crypto::process_exits();
    stop(environment_->timing.exit);
}

}  // namespace jpki::p11
