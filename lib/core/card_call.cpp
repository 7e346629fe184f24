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
    if (card.is_verified(context.seat)) return {};
    context.report = renew_login(card, context.seat, context.profile->pin, context.pin);
    const Status& status = context.report->status;
    // The caller asked for something else than a login; that its PIN is locked, the next login tells.
    if (failed_with(status, Errc::pin_locked)) return fail(Errc::user_not_logged_in, status.error().what);
    return status;
}

}  // namespace jpki::p11
