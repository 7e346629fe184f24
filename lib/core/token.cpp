// Presence, sessions and the end of a login; token_login.cpp logs in, token_info.cpp reads the card's
// description, token_objects.cpp objects and signatures.
#include "core/token.hpp"

#include <utility>

namespace jpki::p11 {

const TokenProfile& Token::profile() const {
    const CardFamily& family =
        state_.family != nullptr ? *state_.family : reader_->environment().cards->assumed_family();
    const TokenProfile* known = family.tokens[index_of(seat_)];
    return known != nullptr ? *known
                            : *reader_->environment().cards->assumed_family().tokens[index_of(seat_)];
}

Token::Ticket Token::ticket() const {
    Ticket made{
        .seat = seat_, .profile = &profile(), .identity = state_.identity, .pin = {}, .key = state_.key};
    if (state_.logged_in && !state_.pin.empty()) made.pin = state_.pin.clone();
    return made;
}

void Token::settle_locked() {
    const Presence::View view = reader_->presence().view();
    if (view.incarnation == state_.incarnation) {
        // A login that nobody used for long, or that slept with the machine, ends as by C_Logout, except that
        // the program was not told: its handles stay good for the next login.
        if (login_expired()) drop_login();
        return;
    }
    wipe_confirmations();
    state_ = State{};
    state_.incarnation = view.incarnation;
    state_.card_present = view.card_present;
    ++login_number_;
}

void Token::settle() {
    const Lock lock(mutex_);
    settle_locked();
}

bool Token::present() {
    const Lock lock(mutex_);
    settle_locked();
    return state_.card_present && !state_.empty;
}

Incarnation Token::incarnation() {
    const Lock lock(mutex_);
    settle_locked();
    return state_.incarnation;
}

bool Token::logged_in() {
    const Lock lock(mutex_);
    settle_locked();
    return state_.logged_in;
}

std::uint64_t Token::login_number() {
    const Lock lock(mutex_);
    settle_locked();
    return login_number_;
}

Refusal Token::last_refusal() {
    const Lock lock(mutex_);
    return refusal_;
}

Error Token::noted(const Error& error) {
    if (error.detail != 0) last_failure_ = error.detail;
    switch (error.code) {
        case Errc::no_card:
            // It was there when the session began.
            kick_();
            return Error{Errc::card_removed, error.detail, error.what};
        case Errc::card_removed:
        case Errc::reader_gone:
        case Errc::service_unavailable: kick_(); break;
        case Errc::not_jpki:
            // It was JPKI when the session began: out of order, or a card that the monitor will tell of.
            kick_();
            return Error{Errc::card_failure, error.detail, "the card no longer has the JPKI application"};
        default: break;
    }
    return error;
}

Status Token::check_session(Incarnation session) {
    settle_locked();
    if (state_.incarnation != session) return fail(Errc::card_removed, "the card was removed or exchanged");
    return {};
}

void Token::renew_private_handles() {
    // Also of objects that were found missing: they could be there again when the card comes back.
    handles_.clear();
    state_.store = state_.store->with([this](Object& object) {
        if (object.is_private) object.handle = new_object_handle();
        handles_[object.unique_id] = object.handle;
        return true;
    });
}

void Token::restore_handles(bool same_card_is_certain) {
    // The names are made from the card's identity, so another card's are not among the old ones.
    const auto before = std::exchange(handles_, {});
    state_.store = state_.store->with([&](Object& object) {
        const auto known = before.find(object.unique_id);
        if (same_card_is_certain && known != before.end()) object.handle = known->second;
        handles_[object.unique_id] = object.handle;
        return true;
    });
}

void Token::wipe_confirmations() {
    for (const auto& waiting : state_.confirmations) {
        if (const auto confirmation = waiting.lock()) confirmation->pin_.wipe();
    }
    state_.confirmations.clear();
}

void Token::forget_hidden() {
    if (!profile().certificates[index_of(CertRole::user)].needs_login) return;
    state_.key.reset();
    state_.validity.reset();
    state_.store = state_.store->with([](Object& object) {
        object.key.reset();
        if (object.is_private) object.certificate.reset();
        return true;
    });
}

void Token::drop_login(Handles private_handles) {
    state_.logged_in = false;
    state_.pin.wipe();
    wipe_confirmations();
    state_.confirmation_waits = false;
    ++login_number_;
    forget_hidden();
    if (private_handles == Handles::renew) renew_private_handles();
}

Status Token::session_opened(Incarnation session, bool rw) {
    const Lock lock(mutex_);
    // The card may have been exchanged since it was identified; then the session would belong to nobody.
    JPKI_TRY(check_session(session));
    ++state_.sessions;
    if (rw) ++state_.rw_sessions;
    return {};
}

void Token::session_closed(Incarnation session, bool rw) {
    bool end_lease = false;
    {
        const Lock lock(mutex_);
        settle_locked();
        if (state_.incarnation != session || state_.sessions == 0) return;
        --state_.sessions;
        if (rw && state_.rw_sessions != 0) --state_.rw_sessions;
        if (state_.sessions == 0) {
            end_lease = state_.logged_in;
            if (end_lease) drop_login();
            renew_private_handles();
        }
    }
    if (end_lease) reader_->end_lease();
}

Status Token::check_identity(Card& card, const Ticket& ticket) {
    JPKI_TRY_ASSIGN(const ByteView found, card.identify());
    if (!equal(found, ticket.identity))
        return fail(Errc::card_removed, "another person's card is in the reader");
    return {};
}

Status Token::ensure_login(Card& card, const Ticket& ticket) {
    if (ticket.pin.empty()) return fail(Errc::user_not_logged_in);
    if (card.is_verified(ticket.seat)) return {};
    LoginReport report = renew_login(card, ticket.seat, ticket.profile->pin, ticket.pin);
    Status status = report.status;
    *ticket.renewal = report;
    // The caller asked for something else than a login; that its PIN is locked, the next login tells.
    if (failed_with(status, Errc::pin_locked)) status = fail(Errc::user_not_logged_in, status.error().what);
    return status;
}

bool Token::always_authenticates() const noexcept {
    return seat_ == Seat::signature && reader_->environment().config.confirm == Confirm::every_signature;
}

void Token::touch() {
    const Lock lock(mutex_);
    settle_locked();
    state_.last_call = reader_->environment().clock->now();
}

bool Token::login_expired() const {
    if (!state_.logged_in) return false;
    const Environment& environment = reader_->environment();
    const Duration limit =
        seat_ == Seat::authentication ? environment.config.auth_idle : environment.config.sign_idle;
    const bool idle = limit != Duration::max() && environment.clock->now() - state_.last_call > limit;
    return idle || environment.clock->suspended() - state_.suspended > environment.timing.sleep_noticed;
}

Status Token::log_out(Incarnation session) {
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        if (!state_.logged_in) return fail(Errc::user_not_logged_in);
        drop_login(Handles::renew);
    }
    reader_->end_lease();
    return {};
}

}  // namespace jpki::p11
