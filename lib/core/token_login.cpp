// What sends a PIN: logins, also before a single signature, and changes of the PIN; and what their answers
// mean.
#include <utility>

#include "core/card_memory.hpp"
#include "core/token.hpp"

namespace jpki::p11 {

namespace {

// The work may still be running, or the module ends: what it found out is not looked at.
template <class T>
bool went_unanswered(const Result<T>& done) {
    return failed_with(done, Errc::timed_out) || failed_with(done, Errc::not_initialized);
}

}  // namespace

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
    PinMark mark = pin ? PinMark() : marks_.mark(typed, *reader_->environment().random);
    const bool again = typed.empty() || (!mark.empty() && mark == state_.impossible);
    state_.impossible = std::move(mark);
    if (pin) return pin;
    state_.wrong_pin = true;
    refusal_ = Refusal::malformed;
    if (again) return fail(Errc::pin_hopeless, "an empty PIN, or an impossible one again; nothing was sent");
    return pin;
}

LastTry Token::effective(LastTry permitted) const {
    return permitted == LastTry::allow ? permitted : reader_->environment().config.last_try;
}

Status Token::set_pin(Incarnation session, ByteView typed_old, ByteView typed_new, LastTry last_try) {
    Ticket along;
    SecretBytes fresh;
    PinMark mark;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        JPKI_TRY_ASSIGN(fresh, check_new_pin(profile().pin, typed_new));
        along = ticket();
        JPKI_TRY_ASSIGN(along.pin, take_pin(typed_old));
        mark = marks_.mark(along.pin.view(), *reader_->environment().random);
    }
    const std::uint64_t refusals = refused_->count();
    SecretBytes kept = fresh.clone();
    const auto answered = along.renewal;
    const auto done =
        reader_->run(session, reader_->environment().timing.operation,
                     [along = std::move(along), fresh = std::move(fresh), last_try = effective(last_try),
                      mark = std::move(mark), refusals, refused = refused_](CardLease& lease) -> Status {
                         JPKI_TRY(check_identity(lease.card(), along));
                         *along.renewal = refused->since(refusals, mark);
                         if (!*along.renewal) {
                             *along.renewal = p11::change_pin(lease.card(), along.seat, along.profile->pin,
                                                              along.pin, fresh, last_try);
                             refused->note(mark, **along.renewal);
                         }
                         return (*along.renewal)->status;
                     });
    const Lock lock(mutex_);
    // The change may have happened although its answer was lost or came too late; then the kept PIN would
    // cost a try when it is next used.
    const bool unknown = failed_with(done, Errc::timed_out) || failed_with(done, Errc::no_memory);
    if (unknown && check_session(session) && state_.logged_in) drop_login();
    if (went_unanswered(done) || !*answered) return fail(noted(done.error()));
    JPKI_TRY(check_session(session));
    const LoginReport& report = **answered;
    if (!report.status && report.change_sent && state_.logged_in) drop_login();
    JPKI_TRY(note_login(report));
    // Where every signature needs its own login, one that is spent stays so, and operations that were
    // confirmed with the old PIN end: it would cost a try.
    if (!state_.pin.empty()) state_.pin = std::move(kept);
    if (always_authenticates()) {
        ++login_number_;
        wipe_confirmations();
        state_.confirmation_waits = false;
    }
    return {};
}

Result<SecretBytes> Token::verify_at_card(Incarnation session, ByteView typed, LastTry last_try) {
    Ticket along;
    PinMark mark;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check_session(session));
        along = ticket();
        JPKI_TRY_ASSIGN(along.pin, take_pin(typed));
        mark = marks_.mark(along.pin.view(), *reader_->environment().random);
    }
    const std::uint64_t refusals = refused_->count();
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
        [along = std::move(along), last_try = effective(last_try), decide_pss, mark = std::move(mark),
         refusals, refused = refused_](CardLease& lease) -> Result<Found> {
            Card& card = lease.card();
            JPKI_TRY(check_identity(card, along));
            Found found{along.key, std::nullopt};
            // The certificate's file is current after the identity in the long form, so now is the cheapest
            // moment to get the key that every signature will be checked with. Failing that, the signature
            // gets it.
            if (!found.key && !along.profile->certificates[index_of(CertRole::user)].needs_login) {
                if (auto key = read_key(card, along)) found.key = std::move(*key);
            }
            *along.renewal = refused->since(refusals, mark);
            if (!*along.renewal) {
                *along.renewal = p11::log_in(card, along.seat, along.profile->pin, along.pin, last_try);
                refused->note(mark, **along.renewal);
            }
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

Result<std::shared_ptr<Confirmation>> Token::authenticate(Incarnation session, ByteView typed,
                                                          LastTry last_try) {
    auto pin = verify_at_card(session, typed, last_try);
    const Lock lock(mutex_);
    // The user's login counted for a signature right after it; this one was asked for its own.
    state_.pin.wipe();
    if (!pin) {
        if (pin.error().code == Errc::pin_locked && state_.logged_in) drop_login();
        return fail(pin.error());
    }
    JPKI_TRY(check_session(session));
    if (!state_.logged_in) return fail(Errc::user_not_logged_in, "the login ended meanwhile");
    state_.confirmation_waits = true;
    auto made = std::make_shared<Confirmation>(std::move(*pin));
    std::erase_if(state_.confirmations, [](const auto& waiting) { return waiting.expired(); });
    state_.confirmations.push_back(made);
    return made;
}

}  // namespace jpki::p11
