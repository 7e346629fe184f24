// Logins, changes of the PIN, and sessions; token.cpp has the rest.
#include <utility>

#include "core/token.hpp"

namespace jpki::p11 {

Result<SecretBytes> Token::verify(CardGeneration session, ByteView typed, LastTry last_try) {
    Context along;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        along = context(Asks::work);
        along->login = LoginBy::typed_pin;
        JPKI_TRY_ASSIGN(along->typed, login_.check(along->profile->pin, typed, last_try));
    }
    SecretBytes kept = along->typed.pin.clone();
    const auto key = on_card(
        along, [](CardLease& lease, CardContext& context) { return log_in_at_card(lease.card(), context); });
    if (!key) return fail(key.error());
    const Lock lock(mutex_);
    JPKI_TRY(check(session));
    objects_.record_key(*state_.card, purpose_, *key);
    return kept;
}

Status Token::log_in(CardGeneration session, ByteView typed, LastTry last_try) {
    if (refresh().logged_in) return fail(Errc::user_already_logged_in);
    JPKI_TRY_ASSIGN(SecretBytes pin, verify(session, typed, last_try));
    bool outlived = false;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        if (login_.active()) return fail(Errc::user_already_logged_in);
        // Closed by another thread during the login, the last session would leave it behind.
        outlived = state_.sessions == 0;
        if (!outlived) login_.begin(std::move(pin));
    }
    if (outlived) {
        reader_->end_lease();
        return fail(Errc::session_unknown, "the last session was closed during the login");
    }
    // Where the PIN goes with the first signature, the certificate behind it is read while it can be.
    if (!refresh().login_per_signature) return {};
    for (const auto& object : visible()) {
        if (object->kind == ObjectKind::user_certificate) (void)load(session, object->handle);
    }
    return {};
}

Result<std::shared_ptr<Confirmation>> Token::authenticate(CardGeneration session, ByteView typed,
                                                          LastTry last_try) {
    auto pin = verify(session, typed, last_try);
    const Lock lock(mutex_);
    // The user's login counted for a signature right after it; this one was asked for its own.
    login_.spend();
    if (failed_with(pin, Errc::pin_locked) && login_.active()) end_login();
    if (!pin) return fail(pin.error());
    JPKI_TRY(check(session));
    if (!login_.active()) return fail(Errc::user_not_logged_in, "the login ended meanwhile");
    return login_.confirm(std::move(*pin));
}

Status Token::set_pin(CardGeneration session, ByteView typed_old, ByteView typed_new, LastTry last_try) {
    Context along;
    SecretBytes fresh;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        along = context(Asks::work);
        along->login = LoginBy::pin_change;
        JPKI_TRY_ASSIGN(fresh, check_new_pin(along->profile->pin, typed_new));
        JPKI_TRY_ASSIGN(along->typed, login_.check(along->profile->pin, typed_old, last_try));
    }
    SecretBytes kept = fresh.clone();
    JPKI_TRY(on_card(along, [fresh = std::move(fresh)](CardLease& lease, CardContext& context) {
        return send_typed_pin(context, [&](const SecretBytes& old) {
            return change_pin(lease.card(), context.purpose, context.profile->pin, old, fresh,
                              context.typed.last_try);
        });
    }));
    const Lock lock(mutex_);
    JPKI_TRY(check(session));
    login_.record_change(std::move(kept));
    return {};
}

Status Token::log_out(CardGeneration session) {
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        if (!login_.active()) return fail(Errc::user_not_logged_in);
        end_login(true);
    }
    reader_->end_lease();
    return {};
}

Status Token::session_opened(CardGeneration session, bool rw) {
    const Lock lock(mutex_);
    // The card may have been exchanged since it was identified; then the session would belong to nobody.
    JPKI_TRY(check(session));
    ++state_.sessions;
    if (rw) ++state_.rw_sessions;
    return {};
}

void Token::session_closed(CardGeneration session, bool rw) {
    bool was_logged_in = false;
    {
        const Lock lock(mutex_);
        if (!check(session) || state_.sessions == 0) return;
        --state_.sessions;
        if (rw && state_.rw_sessions != 0) --state_.rw_sessions;
        if (state_.sessions != 0) return;
        was_logged_in = login_.active();
        if (was_logged_in) end_login();
        objects_.renew_private_handles();
    }
    if (was_logged_in) reader_->end_lease();
}

}  // namespace jpki::p11
