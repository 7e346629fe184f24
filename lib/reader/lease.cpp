#include "reader/lease.hpp"

#include <algorithm>

#include "reader/card_status.hpp"

namespace jpki::p11 {

namespace {

// After these the connection is of no use any more; the next lease makes a new one.
bool breaks_connection(Errc code) {
    switch (code) {
        case Errc::no_card:
        case Errc::card_removed:
        case Errc::card_mute:
        case Errc::reader_gone:
        case Errc::service_unavailable:
        case Errc::access_denied:
        case Errc::transport:
        case Errc::timed_out: return true;
        default: return false;
    }
}

// After these the card that was there is not there any more.
bool loses_card(Errc code) {
    switch (code) {
        case Errc::no_card:
        case Errc::card_removed:
        case Errc::reader_gone:
        case Errc::service_unavailable: return true;
        default: return false;
    }
}

// That a PIN is wrong is an answer. After anything else that the card says, or the way to it, nobody knows
// what state the card is in, so the lease ends at once.
bool spoils_lease(Errc code) {
    return code <= kLastOfCard && code != Errc::pin_incorrect && code != Errc::pin_locked;
}

}  // namespace

void LeaseKeeper::disconnect() noexcept {
    connected_ = false;
    connection_.reset();
}

void LeaseKeeper::forget_card() noexcept {
    card_.reset();
    disconnect();
}

Status LeaseKeeper::connect(TimePoint deadline) {
    const bool kept = context_ != nullptr;
    if (!kept) {
        JPKI_TRY_ASSIGN(context_, environment_->readers->open());
    }
    auto connection = context_->connect(reader_, deadline);
    // A context of a pcscd that was restarted is dead for good. The job must not pay for that: only a new one
    // can tell whether there is a pcscd.
    if (!connection && kept && connection.error().code == Errc::service_unavailable) {
        context_.reset();
        JPKI_TRY_ASSIGN(context_, environment_->readers->open());
        connection = context_->connect(reader_, deadline);
    }
    if (!connection) {
        if (connection.error().code != Errc::no_card) context_.reset();
        return fail(connection.error());
    }
    connection_ = std::move(*connection);
    connected_ = true;
    if (card_) card_->on_reset();
    return {};
}

Status LeaseKeeper::begin(TimePoint deadline) {
    if (!connection_) JPKI_TRY(connect(deadline));
    if (!card_)
        card_ =
            environment_->cards->make(*environment_->random, *environment_->log, environment_->config.logout);
    JPKI_TRY_ASSIGN(const Begun begun, connection_->begin(deadline));
    if (begun.was_reset) card_->on_reset();
    contended_ = begun.waited > environment_->timing.contended;
    return {};
}

Status LeaseKeeper::acquire(CardGeneration card_generation, const std::atomic<bool>& abandoned,
                            TimePoint deadline) {
    const bool goes_on = in_lease_ && card_generation_ == card_generation &&
                         now() - lease_start_ < environment_->timing.maximum_hold;
    // Its logout is no part of the job: it goes through even when nobody waits, in a time of its own.
    if (!goes_on) end_lease();
    const Waiter waiter{.deadline = deadline, .abandoned = &abandoned};
    if (goes_on) {
        card_->serve(*connection_, waiter);
        return {};
    }
    if (card_ && card_generation_ != card_generation) forget_card();
    card_generation_ = card_generation;
    if (now() < not_before_) environment_->clock->sleep_until(std::min(not_before_, deadline));
    if (now() - last_work_ > environment_->timing.yield) busy_since_ = now();

    // Others are waited for a little less long than the caller waits for us, who is to hear the reason.
    JPKI_TRY(begin(deadline - environment_->timing.verdict));
    in_lease_ = true;
    lease_start_ = now();
    card_->serve(*connection_, waiter);
    Status opened = card_->open();
    // A lease with nothing selected must not linger for the next job.
    if (!opened) end_lease();
    return opened;
}

Status LeaseKeeper::attempt(CardGeneration card_generation, const std::atomic<bool>& abandoned,
                            TimePoint deadline, const Work& work) {
    // Work for a card that is known to have left says nothing about the one that is there now.
    if (presence_->view().card_generation != card_generation)
        return fail(Errc::card_removed, "the card was removed or exchanged");
    irreversible_ = false;
    Status status = acquire(card_generation, abandoned, deadline);
    if (status) {
        of_no_use_ = false;
        CardLease lease(*card_, of_no_use_);
        status = work(lease);
        irreversible_ = card_->sent_irreversible();
    }
    last_work_ = now();
    if (!status) record_failure(status.error());
    return status;
}

Status LeaseKeeper::run(CardGeneration card_generation, const std::atomic<bool>& abandoned,
                        TimePoint deadline, const Work& work) {
    if (abandoned.load()) return fail(Errc::abandoned);
    Status status = attempt(card_generation, abandoned, deadline, work);
    if (failed_with(status, Errc::card_reset) && !irreversible_)
        status = attempt(card_generation, abandoned, deadline, work);
    return status;
}

void LeaseKeeper::record_failure(const Error& error) {
    // What a user would call "it does not work" is in the log without being asked for.
    const CardState state = state_after(error.code);
    const bool usual = state == CardState::present || state == CardState::foreign;
    const LogLevel level = usual ? LogLevel::info : LogLevel::warning;
    if (environment_->log->enabled(level)) environment_->log->write(level, error.what);
    if (spoils_lease(error.code)) end_lease();
    if (loses_card(error.code)) {
        card_.reset();
        presence_->lost();
    }
    // Somebody else may want a card that is not ours, and have it to himself.
    if (error.code == Errc::not_jpki) disconnect();
    if (breaks_connection(error.code)) {
        disconnect();
        if (error.code != Errc::no_card && error.code != Errc::card_removed) context_.reset();
    }
}

void LeaseKeeper::end_lease() noexcept {
    if (!in_lease_) return;
    in_lease_ = false;
    Disposition disposition = Disposition::unpower;
    try {
        disposition = card_->close(now() + environment_->timing.shutdown);
    } catch (...) {
        disposition = Disposition::unpower;  // out of memory in the middle of a logout: this needs none
    }
    connection_->end(disposition);
    if (disposition == Disposition::unpower) card_->on_reset();
    const TimePoint end = now();
    const Timing& timing = environment_->timing;
    // pcscd's losers look every 200 ms: without a pause nobody else would ever get in.
    if (contended_ || end - lease_start_ >= timing.maximum_hold || end - busy_since_ >= timing.yield_every) {
        not_before_ = end + timing.yield;
        busy_since_ = not_before_;
    }
}

std::optional<TimePoint> LeaseKeeper::idle(TimePoint now) noexcept {
    if (in_lease_) {
        const TimePoint until = last_work_ + environment_->timing.linger;
        if (now < until) return until;
        end_lease();
    }
    if (!connection_) return std::nullopt;
    const TimePoint until = last_work_ + (of_no_use_ ? Duration{} : environment_->timing.keep_connected);
    if (now < until) return until;
    disconnect();
    context_.reset();
    return std::nullopt;
}

}  // namespace jpki::p11
