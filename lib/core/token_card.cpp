// What is true of the token now, what a job takes along, and what is made of its end. The functions that ask
// the card are in token.cpp and token_login.cpp.
#include "core/token.hpp"

namespace jpki::p11 {

namespace {

const TokenProfile& profile_of(const KnownCard* card, const CardFactory& cards, KeyPurpose purpose) {
    return card != nullptr ? *card->token(purpose) : *cards.assumed_family().tokens[index_of(purpose)];
}

}  // namespace

void Token::refresh_locked() {
    const Presence::View view = reader_->presence().view();
    if (view.card_generation != state_.card_generation) {
        login_.card_left();
        objects_.clear();
        if (state_.card) state_.card->forget_key(purpose_);
        facts_->forget_before(view.card_generation);
        state_ =
            State{.card_generation = view.card_generation, .card_present = view.card_present, .card = {}};
    } else if (login_.expired()) {
        // A login that nobody used for long, or that slept with the machine, ends as by C_Logout, except that
        // the program was not told: its handles stay good for the next login.
        end_login();
    }
}

// The monitor does not come here: it hashes and allocates nothing (ADR 0007).
void Token::take_over_card() {
    if (state_.card) return;
    const auto known = facts_->card(state_.card_generation);
    if (!known) return;
    if (known->token(purpose_) == nullptr) {
        state_.empty = true;
        return;
    }
    objects_.fill(known, purpose_, login_.is_for_one_signature(), reader_->environment().ca_certificates);
    state_.card = known;
}

TokenState Token::refresh(CalledBy caller) {
    const Lock lock(mutex_);
    refresh_locked();
    if (caller == CalledBy::session) login_.touch();
    const auto key = state_.card ? state_.card->key(purpose_).key : nullptr;
    const TokenProfile& profile = profile_of(state_.card.get(), *reader_->environment().cards, purpose_);
    TokenState seen{.card_generation = state_.card_generation,
                    .present = state_.card_present && !state_.empty,
                    .logged_in = login_.active(),
                    .login_number = login_.number(),
                    .login_per_signature = login_.is_for_one_signature(),
                    .signature_size = key ? key->key->size() : profile.key.modulus_bits / std::size_t{8},
                    .card = {}};
    if (!state_.card_present) return seen;
    const auto trouble = reader_->trouble(state_.card_generation);
    seen.card =
        trouble ? CardStatus{state_after(trouble->code), trouble->detail} : CardStatus{CardState::present};
    return seen;
}

void Token::end_login(bool renew_handles) {
    login_.end();
    if (state_.card && state_.card->token(purpose_)->certificates[index_of(CertRole::user)].needs_login) {
        state_.card->forget_key(purpose_);
        objects_.forget_hidden();
    }
    if (renew_handles) objects_.renew_private_handles();
}

Status Token::check(CardGeneration session, std::optional<std::uint64_t> login) {
    refresh_locked();
    if (state_.card_generation != session)
        return fail(Errc::card_removed, "the card was removed or exchanged");
    // What was read behind a login that has ended meanwhile is not kept.
    if (login && *login != login_.number())
        return fail(Errc::user_not_logged_in, "the login ended meanwhile");
    return {};
}

Token::Context Token::context(Asks asks, CertRole role) const {
    auto made = std::make_shared<CardContext>();
    made->asks = asks;
    made->purpose = purpose_;
    made->card_generation = state_.card_generation;
    made->card = state_.card;
    made->profile = &profile_of(state_.card.get(), *reader_->environment().cards, purpose_);
    if (asks == Asks::work && made->profile->certificates[index_of(role)].needs_login) {
        made->login = LoginBy::kept_pin;
        made->behind_login = login_.number();
    }
    made->login_number = login_.number();
    made->pin = login_.copy_of_pin();
    return made;
}

Status Token::account(const CardContext& context, const Error* failure) {
    const Lock lock(mutex_);
    const Status same = check(context.card_generation);
    if (same) {
        bool over = failure != nullptr && makes_login_doubtful(context, failure->code);
        if (has_reported(context, failure)) over |= login_.record(*context.report, context.login);
        // A PIN that may have been changed is no login's any more, also of one that began meanwhile.
        const bool concerned =
            context.login == LoginBy::pin_change || login_.number() == context.login_number;
        if (over && login_.active() && concerned) end_login();
    }
    if (failure == nullptr) return same;
    const Error told = in_callers_words(context, *failure, same.has_value());
    // Who asked a slot what card it has is told that there is none; nothing failed.
    if (context.asks == Asks::what_it_is && (!same || means_gone(failure->code))) return fail(told);
    if (failure->detail != 0) last_failure_ = failure->detail;
    if (means_gone(failure->code)) kick_();
    return fail(told);
}

}  // namespace jpki::p11
