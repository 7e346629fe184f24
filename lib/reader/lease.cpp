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

constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kChangeReference = 0x24;
constexpr std::uint8_t kSecurityOperation = 0x2A;
constexpr std::size_t kHeader = 4;

bool cannot_be_repeated(ByteView command) {
    if (command.size() <= kHeader) return false;
    return command[1] == kVerify || command[1] == kChangeReference || command[1] == kSecurityOperation;
}

}  // namespace

void GuardedConnection::guard(const std::atomic<bool>* abandoned, TimePoint deadline) noexcept {
    abandoned_ = abandoned;
    deadline_ = deadline;
    irreversible_ = false;
}

void GuardedConnection::unguard(TimePoint deadline) noexcept {
    abandoned_ = nullptr;
    deadline_ = deadline;
}

Result<Begun> GuardedConnection::begin(TimePoint deadline) {
    if (!inner_) return fail(Errc::transport, "no connection");
    return inner_->begin(deadline);
}

Result<Bytes> GuardedConnection::transmit(ByteView command, TimePoint /*deadline*/) {
    if (!inner_) return fail(Errc::transport, "no connection");
    if (abandoned_ != nullptr && abandoned_->load()) return fail(Errc::abandoned, "nobody waits any more");
    if (cannot_be_repeated(command)) irreversible_ = true;
    return inner_->transmit(command, deadline_);
}

void GuardedConnection::end(Disposition disposition) noexcept {
    if (inner_) inner_->end(disposition);
}

ReaderFeatures GuardedConnection::features() const noexcept {
    return inner_ ? inner_->features() : ReaderFeatures{};
}

void LeaseKeeper::forget_card() noexcept {
    card_.reset();
    connection_.detach();
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
    connection_.attach(std::move(*connection));
    if (card_) card_->on_reset();
    return {};
}

Status LeaseKeeper::begin(TimePoint deadline) {
    if (!connection_.attached()) JPKI_TRY(connect(deadline));
    if (!card_)
        card_ = environment_->cards->make(connection_, *environment_->random, *environment_->log,
                                          environment_->config.logout);
    JPKI_TRY_ASSIGN(const Begun begun, connection_.begin(deadline));
    if (begun.was_reset) card_->on_reset();
    contended_ = begun.waited > environment_->timing.contended;
    return {};
}

Status LeaseKeeper::acquire(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline) {
    const bool goes_on = in_lease_ && card_incarnation_ == incarnation &&
                         now() - lease_start_ < environment_->timing.maximum_hold;
    // Its logout is no part of the job: it goes through even when nobody waits, in a time of its own.
    if (!goes_on) end_lease();
    connection_.guard(&abandoned, deadline);
    if (goes_on) return {};
    if (card_ && card_incarnation_ != incarnation) forget_card();
    card_incarnation_ = incarnation;
    if (now() < not_before_) environment_->clock->sleep_until(std::min(not_before_, deadline));
    if (now() - last_work_ > environment_->timing.yield) busy_since_ = now();

    // Others are waited for a little less long than the caller waits for us, who is to hear the reason.
    JPKI_TRY(begin(deadline - environment_->timing.verdict));
    in_lease_ = true;
    lease_start_ = now();
    Status opened = card_->open();
    // A lease with nothing selected must not linger for the next job.
    if (!opened) end_lease();
    return opened;
}

Status LeaseKeeper::attempt(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline,
                            const Work& work) {
    // Work for a card that is known to have left says nothing about the one that is there now.
    if (presence_->view().incarnation != incarnation)
        return fail(Errc::card_removed, "the card was removed or exchanged");
    Status status = acquire(incarnation, abandoned, deadline);
    if (status) {
        of_no_use_ = false;
        CardLease lease(*card_, of_no_use_);
        status = work(lease);
    }
    last_work_ = now();
    if (!status) note_failure(status.error());
    return status;
}

Status LeaseKeeper::run(Incarnation incarnation, const std::atomic<bool>& abandoned, TimePoint deadline,
                        const Work& work) {
    if (abandoned.load()) return fail(Errc::abandoned);
    Status status = attempt(incarnation, abandoned, deadline, work);
    if (failed_with(status, Errc::card_reset) && !connection_.irreversible())
        status = attempt(incarnation, abandoned, deadline, work);
    return status;
}

void LeaseKeeper::note_failure(const Error& error) {
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
    if (error.code == Errc::not_jpki) connection_.detach();
    if (breaks_connection(error.code)) {
        connection_.detach();
        if (error.code != Errc::no_card && error.code != Errc::card_removed) context_.reset();
    }
}

void LeaseKeeper::end_lease() noexcept {
    if (!in_lease_) return;
    in_lease_ = false;
    // The proof of the logout sends a signature command of its own; that is not the job's.
    const bool irreversible = connection_.irreversible();
    connection_.unguard(now() + environment_->timing.shutdown);
    Disposition disposition = Disposition::unpower;
    try {
        disposition = card_->close();
    } catch (...) {
        disposition = Disposition::unpower;  // out of memory in the middle of a logout: this needs none
    }
    connection_.end(disposition);
    connection_.set_irreversible(irreversible);
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
    if (!connection_.attached()) return std::nullopt;
    const TimePoint until = last_work_ + (of_no_use_ ? Duration{} : environment_->timing.keep_connected);
    if (now < until) return until;
    connection_.detach();
    context_.reset();
    return std::nullopt;
}

}  // namespace jpki::p11
