// Presence, login and sessions; token_info.cpp reads the card's description, token_objects.cpp objects and
// signatures.
#include "core/token.hpp"

#include <utility>

#include "core/card_memory.hpp"

namespace jpki::p11 {

namespace {

// The work may still be running, or the module ends: what it found out is not looked at.
template <class T>
bool went_unanswered(const Result<T>& done) {
    return failed_with(done, Errc::timed_out) || failed_with(done, Errc::not_initialized);
}

}  // namespace

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
        // A login that nobody used for long, or that slept with the machine, ends as by C_Logout.
        if (login_expired()) drop_login();
        return;
    }
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
    state_.store = state_.store->with([](Object& object) {
        if (object.is_private) object.handle = new_object_handle();
        return true;
    });
}

void Token::drop_login() {
    state_.logged_in = false;
    state_.pin.wipe();
    state_.confirmation_waits = false;
    ++login_number_;
    renew_private_handles();
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
        if (state_.sessions == 0 && state_.logged_in) {
            drop_login();
            end_lease = true;
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

void Token::note_renewal(const std::optional<LoginReport>& renewal) {
    if (!renewal) return;
    if (renewal->tries) {
        state_.tries = renewal->tries;
        state_.tries_read = reader_->environment().clock->now();
    }
    if (renewal->status) return;
    // One failure, whatever its reason, ends the silent renewals: the user is asked again.
    if (renewal->refusal != Refusal::none) refusal_ = renewal->refusal;
    drop_login();
}

Status Token::note_login(const LoginReport& report) {
    if (report.tries) {
        state_.tries = report.tries;
        state_.tries_read = reader_->environment().clock->now();
    }
    refusal_ = report.refusal;
    if (report.status) {
        state_.wrong_pin = false;
        return {};
    }
    const Errc code = report.status.error().code;
    if (code == Errc::pin_incorrect || code == Errc::pin_locked) state_.wrong_pin = true;
    return fail(noted(report.status.error()));
}

Result<SecretBytes> Token::take_pin(ByteView typed) {
    auto pin = check_pin(profile().pin, typed);
    if (pin) return pin;
    state_.wrong_pin = true;
    refusal_ = Refusal::malformed;
    return pin;
}

LastTry Token::effective(LastTry permitted) const {
    return permitted == LastTry::allow ? permitted : reader_->environment().config.last_try;
}

Status Token::set_pin(Incarnation session, ByteView typed_old, ByteView typed_new, LastTry last_try) {
    Ticket along;
    SecretBytes fresh;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        JPKI_TRY_ASSIGN(fresh, check_new_pin(profile().pin, typed_new));
        along = ticket();
        JPKI_TRY_ASSIGN(along.pin, take_pin(typed_old));
    }
    SecretBytes kept = fresh.clone();
    const auto answered = along.renewal;
    const auto done = reader_->run(session, reader_->environment().timing.operation,
                                   [along = std::move(along), fresh = std::move(fresh),
                                    last_try = effective(last_try)](CardLease& lease) -> Status {
                                       JPKI_TRY(check_identity(lease.card(), along));
                                       *along.renewal =
                                           p11::change_pin(lease.card(), along.seat, along.profile->pin,
                                                           along.pin, fresh, last_try);
                                       return (*along.renewal)->status;
                                   });
    const Lock lock(mutex_);
    // The change may have happened although its answer was lost or came too late; then the kept PIN would
    // cost a try when it is next used.
    if (failed_with(done, Errc::timed_out) && check_session(session) && state_.logged_in) drop_login();
    if (went_unanswered(done) || !*answered) return fail(noted(done.error()));
    JPKI_TRY(check_session(session));
    const LoginReport& report = **answered;
    if (!report.status && report.change_sent && state_.logged_in) drop_login();
    JPKI_TRY(note_login(report));
    // Where every signature needs its own login, one that is spent stays so, and operations that were
    // confirmed with the old PIN end: it would cost a try.
    if (!state_.pin.empty()) state_.pin = std::move(kept);
    if (always_authenticates()) ++login_number_;
    return {};
}

Result<SecretBytes> Token::verify_at_card(Incarnation session, ByteView typed, LastTry last_try) {
    Ticket along;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        along = ticket();
        JPKI_TRY_ASSIGN(along.pin, take_pin(typed));
    }
    struct Found {
        std::shared_ptr<const crypto::KeyFacts> key;
        std::optional<PssAnswer> pss;
    };
    const bool decide_pss =
        seat_ == Seat::authentication && reader_->pss(session) == std::optional(PssAnswer::undecided);
    const Bytes identity = along.identity;
    SecretBytes kept = along.pin.clone();
    const auto answered = along.renewal;
    auto done = reader_->run(
        session, reader_->environment().timing.operation,
        [along = std::move(along), last_try = effective(last_try),
         decide_pss](CardLease& lease) -> Result<Found> {
            Card& card = lease.card();
            JPKI_TRY(check_identity(card, along));
            Found found{along.key, std::nullopt};
            // The certificate's file is current after the identity in the long form, so now is the cheapest
            // moment to get the key that every signature will be checked with. Failing that, the signature
            // gets it.
            if (!found.key && !along.profile->certificates[index_of(CertRole::user)].needs_login) {
                if (auto key = read_key(card, along)) found.key = std::move(*key);
            }
            *along.renewal = p11::log_in(card, along.seat, along.profile->pin, along.pin, last_try);
            JPKI_TRY((*along.renewal)->status);
            if (decide_pss) {
                if (const auto answer = card.probe_pss()) found.pss = *answer;
            }
            return found;
        });

    const Lock lock(mutex_);
    if (went_unanswered(done) || !*answered) return fail(noted(done.error()));
    JPKI_TRY(check_session(session));
    JPKI_TRY(note_login(**answered));
    if (!done) return kept;
    note_key(done->key);
    if (done->pss && *done->pss != PssAnswer::undecided)
        card_memory::remember_pss(identity, *done->pss == PssAnswer::known);
    return kept;
}

Status Token::log_in(Incarnation session, ByteView typed, LastTry last_try) {
    if (logged_in()) return fail(Errc::user_already_logged_in);
    JPKI_TRY_ASSIGN(SecretBytes pin, verify_at_card(session, typed, last_try));
    bool outlived = false;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        if (state_.logged_in) return fail(Errc::user_already_logged_in);
        // Closed by another thread during the login, the last session would leave it behind.
        outlived = state_.sessions == 0;
        if (!outlived) {
            state_.logged_in = true;
            state_.pin = std::move(pin);
            state_.last_call = reader_->environment().clock->now();
            state_.suspended = reader_->environment().clock->suspended();
        }
    }
    if (outlived) {
        reader_->end_lease();
        return fail(Errc::session_unknown, "the last session was closed during the login");
    }
    // Where the PIN goes with the first signature, the certificate behind it is read while it can be.
    if (always_authenticates()) (void)load_certificate(session, CertRole::user);
    return {};
}

bool Token::always_authenticates() const noexcept {
    return seat_ == Seat::signature && reader_->environment().config.confirm == Confirm::every_signature;
}

Result<SecretBytes> Token::authenticate(Incarnation session, ByteView typed, LastTry last_try) {
    auto pin = verify_at_card(session, typed, last_try);
    const Lock lock(mutex_);
    // The user's login counted for a signature right after it; this one was asked for its own.
    state_.pin.wipe();
    if (pin) {
        state_.confirmation_waits = true;
    } else if (pin.error().code == Errc::pin_locked && state_.logged_in) {
        drop_login();
    }
    return pin;
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
        drop_login();
    }
    reader_->end_lease();
    return {};
}

}  // namespace jpki::p11
