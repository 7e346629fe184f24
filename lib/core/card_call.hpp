// What a job takes along to the card, and the steps that every job begins with. A job owns its CardContext
// and must not touch the token: it may still be running when the call has returned.
#pragma once

#include "core/card_facts.hpp"
#include "core/login_state.hpp"
#include "reader/reader.hpp"

namespace jpki::p11 {

// What card it is, asked of a slot, or work, asked of a session.
enum class Asks : std::uint8_t { what_it_is, work };

struct CardContext {
    Asks asks = Asks::work;
    KeyPurpose purpose = KeyPurpose::authentication;
    CardGeneration card_generation = 0;
    std::shared_ptr<KnownCard> card;
    const TokenProfile* profile = nullptr;
    bool identity_known = true;  // false: the job finds it out, and nothing is sent that needs a login
    std::optional<std::uint64_t>
        behind_login;  // what is read counts only while the login of that number lasts
    LoginBy login = LoginBy::nobody;
    std::uint64_t login_number = 0;
    SecretBytes pin;  // kept; empty: no login can be renewed
    TypedPin typed;
    // Filled by the job; looked at only once that has ended.
    std::optional<LoginReport> report;
};

// The same card as before, and the login where the kept PIN is to make one. Errors: card_removed,
// user_not_logged_in, those of a login.
Status prepare(Card& card, CardContext& context);

// Verifies the kept PIN unless that has been done in this lease.
Status ensure_login(Card& card, CardContext& context);

// `send` makes a LoginReport out of the PIN that was typed. It is not called when the card has said no to the
// same PIN since this call began.
template <class F>
Status send_typed_pin(CardContext& context, F send) {
    RefusedPin& refused = *context.typed.refused;
    context.report = refused.since(context.typed.refusals, context.typed.mark);
    if (!context.report) {
        context.report = send(context.typed.pin);
        refused.record(context.typed.mark, *context.report);
    }
    return context.report->status;
}

// At the end of a job that failed, or did not (null):
// Whether what it reports of its login may be looked at. The work may still be running, or the module ends.
bool has_reported(const CardContext& context, const Error* failure);
// Whether the kept PIN must not be sent again.
bool makes_login_doubtful(const CardContext& context, Errc failure);
// The card that was there seems to have left, or to be another one.
bool means_gone(Errc failure);
// 6982, or the same without asking the card.
bool means_no_login(Errc failure);
// `same`: the card generation has not moved.
Error in_callers_words(const CardContext& context, const Error& failure, bool same);

}  // namespace jpki::p11
