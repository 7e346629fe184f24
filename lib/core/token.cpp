// What the token is, its objects and its signatures; token_login.cpp has logins and sessions.
#include "core/token.hpp"

#include <utility>

namespace jpki::p11 {

namespace {

// The card does not have the object after all, as opposed to: it could not be read this time.
bool means_missing(Errc code) { return code == Errc::file_not_found || code == Errc::malformed_answer; }

// Nobody is logged in, so private objects are not there (PKCS#11 3.2 §5.7.5 knows no better code).
bool means_public(Errc code) { return code == Errc::security_status || code == Errc::user_not_logged_in; }

// Why an object could not be loaded, in the words of the functions about objects.
Error told_of(const Object& object, const Error& error) {
    if (means_missing(error.code) || (object.is_private && means_public(error.code)))
        return Error{Errc::object_handle_invalid, error.detail, error.what};
    if (error.code == Errc::security_status) return Error{Errc::card_failure, error.detail, error.what};
    return error;
}

const TokenProfile& profile_of(const KnownCard* card, const CardFactory& cards, Seat seat) {
    return card != nullptr ? *card->token(seat) : *cards.assumed_family().tokens[index_of(seat)];
}

}  // namespace

void Token::refresh_locked() {
    const Presence::View view = reader_->presence().view();
    const Environment& environment = reader_->environment();
    if (view.incarnation != state_.incarnation) {
        login_.card_left();
        objects_.clear();
        if (state_.card) state_.card->forget_key(seat_);
        state_ = State{.incarnation = view.incarnation, .card_present = view.card_present, .card = {}};
    } else if (login_.expired()) {
        // A login that nobody used for long, or that slept with the machine, ends as by C_Logout, except that
        // the program was not told: its handles stay good for the next login.
        end_login();
    }
    // The other token may have found out what card it is.
    const auto known = state_.card ? nullptr : facts_->card(state_.incarnation);
    if (!known || known->token(seat_) == nullptr) return;
    objects_.fill(known, seat_, login_.is_for_one_signature(), environment.ca_certificates);
    state_.card = known;
}

TokenState Token::refresh() {
    const Lock lock(mutex_);
    refresh_locked();
    const auto key = state_.card ? state_.card->key(seat_).key : nullptr;
    const TokenProfile& profile = profile_of(state_.card.get(), *reader_->environment().cards, seat_);
    TokenState seen{.incarnation = state_.incarnation,
                    .present = state_.card_present && !state_.empty,
                    .logged_in = login_.active(),
                    .login_number = login_.number(),
                    .login_per_signature = login_.is_for_one_signature(),
                    .signature_size = key ? key->key->size() : profile.key.modulus_bits / std::size_t{8},
                    .card = {}};
    if (!state_.card_present) return seen;
    const auto trouble = reader_->trouble(state_.incarnation);
    seen.card =
        trouble ? CardStatus{state_after(trouble->code), trouble->detail} : CardStatus{CardState::present};
    return seen;
}

Status Token::check(Incarnation session, std::optional<std::uint64_t> login) {
    refresh_locked();
    if (state_.incarnation != session) return fail(Errc::card_removed, "the card was removed or exchanged");
    // What was read behind a login that has ended meanwhile is not kept.
    if (login && *login != login_.number())
        return fail(Errc::user_not_logged_in, "the login ended meanwhile");
    return {};
}

Token::Context Token::context(Asks asks, CertRole role) const {
    auto made = std::make_shared<CardContext>();
    made->asks = asks;
    made->seat = seat_;
    made->incarnation = state_.incarnation;
    made->card = state_.card;
    made->profile = &profile_of(state_.card.get(), *reader_->environment().cards, seat_);
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
    const Status same = check(context.incarnation);
    const Errc code = failure != nullptr ? failure->code : Errc{};
    // The work may still be running, or the module ends: what it found out is not looked at.
    const bool answered = failure == nullptr || (code != Errc::timed_out && code != Errc::not_initialized);
    bool over = false;
    if (same && answered && context.report) over = login_.record(*context.report, context.login);
    // 6982 although we logged in inside this very transaction: the login is gone.
    if (failure != nullptr && context.login == LoginBy::kept_pin && !context.pin.empty())
        over = over || means_public(code);
    // The change may have happened although its answer was lost or came too late; then the kept PIN would
    // cost a try when it is next used.
    if (failure != nullptr && context.login == LoginBy::pin_change)
        over = over || code == Errc::timed_out || code == Errc::no_memory;
    if (same && over && login_.active() && login_.number() == context.login_number) end_login();
    if (failure == nullptr) return same;

    const bool gone = code == Errc::no_card || code == Errc::not_jpki;
    if (context.asks == Asks::what_it_is && gone) return same ? Status{fail(*failure)} : same;
    if (failure->detail != 0) last_failure_ = failure->detail;
    if (gone || code == Errc::card_removed || code == Errc::reader_gone || code == Errc::service_unavailable)
        kick_();
    // It was there when the session began.
    if (!same || code == Errc::no_card)
        return fail(Error{Errc::card_removed, failure->detail, failure->what});
    // It was JPKI when the session began: out of order, or a card that the monitor will tell of.
    if (code == Errc::not_jpki)
        return fail(Errc::card_failure, "the card no longer has the JPKI application", failure->detail);
    return fail(*failure);
}

Status Token::identify(Counter wanted) {
    Context along;
    {
        const Lock lock(mutex_);
        refresh_locked();
        if (!state_.card_present) return fail(Errc::token_not_present);
        state_.empty = state_.empty || (!state_.card && facts_->card(state_.incarnation));
        if (state_.empty) return fail(Errc::token_not_recognized, "cards of this family have no such key");
        if (state_.card && wanted == Counter::no) return {};
        along = context(Asks::what_it_is);
        along->identity_known = false;
    }
    const auto found = on_card(along, [wanted](CardLease& lease, CardContext& context) {
        return look_at_card(lease, context, wanted);
    });
    const Lock lock(mutex_);
    if (failed_with(found, Errc::card_removed) || failed_with(found, Errc::no_card) ||
        !check(along->incarnation))
        return fail(Errc::token_not_present);
    if (failed_with(found, Errc::not_jpki)) {
        state_.empty = true;
        return fail(Errc::token_not_recognized, "the card has no JPKI application");
    }
    if (!found) return fail(found.error());
    if (found->counter) login_.record_counter(found->counter->tries);
    if (found->card) facts_->record(along->incarnation, found->card);
    refresh_locked();
    state_.empty = !state_.card;
    if (state_.empty) return fail(Errc::token_not_recognized, "cards of this family have no such key");
    return {};
}

Result<TokenInfo> Token::read_info(bool now) {
    bool due = false;
    {
        const Lock lock(mutex_);
        refresh_locked();
        due = login_.counter_is_due();
    }
    JPKI_TRY(identify(now ? Counter::yes : due ? Counter::if_idle : Counter::no));
    const Lock lock(mutex_);
    if (!state_.card) return fail(Errc::token_not_present);
    const TokenProfile& known = *state_.card->token(seat_);
    const bool japanese = reader_->environment().config.labels == Labels::japanese;
    return TokenInfo{.label = std::string(japanese ? known.japanese_label : known.label),
                     .model = std::string(state_.card->family().model),
                     .serial = state_.card->serial(),
                     .pin = known.pin,
                     .pin_state = login_.pin_state(),
                     .family = state_.card->family().id,
                     .last_failure = last_failure_,
                     .sessions = state_.sessions,
                     .rw_sessions = state_.rw_sessions};
}

std::optional<crypto::Validity> Token::read_validity() {
    Context along;
    {
        const Lock lock(mutex_);
        refresh_locked();
        if (!state_.card) return std::nullopt;
        if (const auto known = state_.card->key(seat_).validity) return known;
        along = context(Asks::work);
        if (along->behind_login && !login_.active()) return std::nullopt;
    }
    const auto found = on_card(along, [](CardLease& lease, CardContext& context) {
        return read_validity_at_card(lease.card(), context);
    });
    const Lock lock(mutex_);
    if (!check(along->incarnation)) return std::nullopt;
    if (!found && means_missing(found.error().code)) objects_.remove(CertRole::user);
    if (!found || !check(along->incarnation, along->behind_login)) return std::nullopt;
    along->card->record_validity(seat_, *found);
    return *found;
}

Result<PssSupport> Token::pss() {
    JPKI_TRY(identify());
    Context along;
    {
        const Lock lock(mutex_);
        refresh_locked();
        if (!state_.card) return fail(Errc::token_not_present, "the card was removed or exchanged");
        along = context(Asks::what_it_is);
    }
    KnownCard& card = *along->card;
    if (!card.lists_pss()) {
        const auto answer =
            on_card(along, [](CardLease& lease, CardContext&) { return lease.card().probe_pss(); });
        if (failed_with(answer, Errc::card_removed) || failed_with(answer, Errc::no_card) ||
            failed_with(answer, Errc::not_initialized))
            return fail(answer.error());
        // A card that could not be asked is asked again next time; until then it offers none.
        if (!answer) return PssSupport{};
        card.record_pss(*answer);
    }
    return PssSupport{card.lists_pss().value_or(false), card.makes_pss()};
}

ObjectStore::Objects Token::visible() {
    const Lock lock(mutex_);
    refresh_locked();
    ObjectStore::Objects seen = objects_.objects();
    if (!login_.active()) std::erase_if(seen, [](const auto& object) { return object->is_private; });
    return seen;
}

std::shared_ptr<const Object> Token::find(CK_OBJECT_HANDLE handle, bool hidden) {
    const Lock lock(mutex_);
    refresh_locked();
    auto object = objects_.find(handle);
    return object && (hidden || !object->is_private || login_.active()) ? object : nullptr;
}

Result<std::shared_ptr<const Object>> Token::load(Incarnation session, CK_OBJECT_HANDLE handle) {
    const auto object = find(handle);
    if (!object) return fail(Errc::object_handle_invalid);
    if (object->certificate || object->key || object->kind == ObjectKind::profile) return object;
    const CertRole role = object->kind == ObjectKind::ca_certificate ? CertRole::authority : CertRole::user;
    Context along;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        along = context(Asks::work, role);
    }
    const auto found = on_card(along, [kind = object->kind](CardLease& lease, CardContext& context) {
        return load_from_card(lease.card(), context, kind);
    });
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        if (!found && means_missing(found.error().code)) objects_.remove(role);
        if (!found) return fail(told_of(*object, found.error()));
        if (const Status kept = check(session, along->behind_login); !kept)
            return fail(told_of(*object, kept.error()));
        if (found->certificate) objects_.record_certificate(object->kind, found->certificate);
        objects_.record_key(*state_.card, seat_, found->key);
    }
    if (auto loaded = find(handle)) return loaded;
    return fail(Errc::object_handle_invalid);
}

Result<Bytes> Token::sign(Incarnation session, SignScheme scheme, Bytes input,
                          std::shared_ptr<Confirmation> confirmed) {
    Context along;
    {
        const Lock lock(mutex_);
        JPKI_TRY(check(session));
        if (!login_.active()) return fail(Errc::user_not_logged_in);
        along = context(Asks::work);
        along->login = LoginBy::kept_pin;
        if (login_.is_for_one_signature()) {
            JPKI_TRY_ASSIGN(along->pin, login_.take_for_signature(confirmed.get()));
        }
    }
    auto made = on_card(along, [scheme, input = std::move(input)](CardLease& lease, CardContext& context) {
        return sign_at_card(lease.card(), context, scheme, input);
    });
    if (!made) return fail(made.error());
    const Lock lock(mutex_);
    if (check(session, along->behind_login)) objects_.record_key(*state_.card, seat_, made->key);
    return std::move(made->signature);
}

}  // namespace jpki::p11
