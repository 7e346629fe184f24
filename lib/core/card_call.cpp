#include "core/card_call.hpp"

namespace jpki::p11 {

Status prepare(Card& card, CardContext& context) {
    if (!context.identity_known) return {};
    JPKI_TRY_ASSIGN(const ByteView found, card.identify());
    if (!context.card || !equal(found, context.card->identity()))
        return fail(Errc::card_removed, "another person's card is in the reader");
    return context.login == LoginBy::kept_pin ? ensure_login(card, context) : Status{};
}

Status ensure_login(Card& card, CardContext& context) {
    if (context.pin.empty()) return fail(Errc::user_not_logged_in);
    if (card.is_verified(context.purpose)) return {};
    context.report = renew_login(card, context.purpose, context.profile->pin, context.pin);
    const Status& status = context.report->status;
    // The caller asked for something else than a login; that its PIN is locked, the next login tells.
    if (failed_with(status, Errc::pin_locked)) return fail(Errc::user_not_logged_in, status.error().what);
    return status;
}

bool has_reported(const CardContext& context, const Error* failure) {
    if (failure != nullptr && (failure->code == Errc::timed_out || failure->code == Errc::not_initialized))
        return false;
    return context.report.has_value();
}

bool means_no_login(Errc failure) {
    return failure == Errc::security_status || failure == Errc::user_not_logged_in;
}

bool makes_login_doubtful(const CardContext& context, Errc failure) {
    switch (context.login) {
        // Although we logged in inside this very transaction: the login is gone.
        case LoginBy::kept_pin: return !context.pin.empty() && means_no_login(failure);
        // The change may have happened although its answer was lost or came too late; then the kept PIN would
        // cost a try when it is next used.
        case LoginBy::pin_change: return failure == Errc::timed_out || failure == Errc::no_memory;
        default: return false;
    }
}

bool means_gone(Errc failure) {
    switch (failure) {
        case Errc::no_card:
        case Errc::not_jpki:
        case Errc::card_removed:
        case Errc::reader_gone:
        case Errc::service_unavailable: return true;
        default: return false;
    }
}

Error in_callers_words(const CardContext& context, const Error& failure, bool same) {
    const bool of_session = context.asks == Asks::work;
    // It was there when the session began.
    if (!same || (of_session && failure.code == Errc::no_card))
        return Error{Errc::card_removed, failure.detail, failure.what};
    // It was JPKI when the session began: out of order, or a card that the monitor will tell of.
    if (of_session && failure.code == Errc::not_jpki)
        return Error{Errc::card_failure, failure.detail, "the card no longer has the JPKI application"};
    // 6982 right after the old PIN: no login is missing that a program could make up for.
    if (context.login == LoginBy::pin_change && failure.code == Errc::security_status)
        return Error{Errc::card_failure, failure.detail, failure.what};
    return failure;
}

}  // namespace jpki::p11
