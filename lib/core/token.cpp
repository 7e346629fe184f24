// What the token is, its objects and its signatures; token_login.cpp has logins and sessions, token_card.cpp
// what all of them stand on.
#include "core/token.hpp"

#include <utility>

#include "core/names.hpp"

namespace jpki::p11 {

namespace {

// The card does not have the object after all, as opposed to: it could not be read this time.
bool means_missing(Errc code) { return code == Errc::file_not_found || code == Errc::malformed_answer; }

// Why an object could not be loaded, in the words of the functions about objects. Where nobody is logged in,
// private objects are not there (PKCS#11 3.2 §5.7.5 knows no better code).
Error told_of(const Object& object, const Error& error) {
    if (means_missing(error.code) || (object.is_private && means_no_login(error.code)))
        return Error{Errc::object_handle_invalid, error.detail, error.what};
    if (error.code == Errc::security_status) return Error{Errc::card_failure, error.detail, error.what};
    return error;
}

}  // namespace

Status Token::identify(Counter wanted) {
    Context along;
    {
        const Lock lock(mutex_);
        refresh_locked();
        if (!state_.card_present) return fail(Errc::token_not_present);
        take_over_card();  // the other token may have found out what card it is
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
        !check(along->card_generation))
        return fail(Errc::token_not_present);
    if (failed_with(found, Errc::not_jpki)) {
        state_.empty = true;
        return fail(Errc::token_not_recognized, "the card has no JPKI application");
    }
    if (!found) return fail(found.error());
    if (found->counter) login_.record_counter(found->counter->tries);
    if (found->card) facts_->record(along->card_generation, found->card);
    take_over_card();
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
    const TokenProfile& known = *state_.card->token(purpose_);
    const bool japanese = reader_->environment().config.labels == Labels::japanese;
    return TokenInfo{
        .label = std::string(japanese ? names_of(purpose_).japanese_label : names_of(purpose_).label),
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
        if (const auto known = state_.card->key(purpose_).validity) return known;
        along = context(Asks::work);
        if (along->behind_login && !login_.active()) return std::nullopt;
    }
    const auto found = on_card(along, [](CardLease& lease, CardContext& context) {
        return read_validity_at_card(lease.card(), context);
    });
    const Lock lock(mutex_);
    if (!check(along->card_generation)) return std::nullopt;
    if (!found && means_missing(found.error().code)) objects_.remove(CertRole::user);
    if (!found || !check(along->card_generation, along->behind_login)) return std::nullopt;
    along->card->record_validity(purpose_, *found);
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

Result<std::shared_ptr<const Object>> Token::load(CardGeneration session, CK_OBJECT_HANDLE handle) {
    auto object = find(handle);
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
        objects_.record_key(*state_.card, purpose_, found->key);
    }
    if (auto loaded = find(handle)) return loaded;
    return fail(Errc::object_handle_invalid);
}

Result<Bytes> Token::sign(CardGeneration session, SignScheme scheme, Bytes input,
                          const std::shared_ptr<Confirmation>& confirmed) {
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
    if (check(session, along->behind_login)) objects_.record_key(*state_.card, purpose_, made->key);
    return std::move(made->signature);
}

}  // namespace jpki::p11
