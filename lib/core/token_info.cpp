#include "core/token.hpp"

#include <algorithm>

#include "core/card_memory.hpp"

namespace jpki::p11 {

namespace {

constexpr std::size_t kSerialOctets = 8;  // 16 hexadecimal digits fill CK_TOKEN_INFO.serialNumber

std::string serial_of(ByteView identity) {
    const auto hash = crypto::digest(crypto::Hash::sha256, identity);
    return hash ? to_hex(slice(*hash, 0, kSerialOctets)) : std::string();
}

}  // namespace

Status Token::inspect(Counter wanted) {
    Incarnation incarnation = 0;
    Ticket along;
    bool identified = false;
    {
        const Lock lock(mutex_);
        settle_locked();
        if (!state_.card_present) return fail(Errc::token_not_present);
        if (state_.empty) return fail(Errc::token_not_recognized);
        if (state_.identified && wanted == Counter::no) return {};
        incarnation = state_.incarnation;
        identified = state_.identified;
        along = ticket();
    }
    auto found = reader_->run(
        incarnation, reader_->environment().timing.identification,
        [along = std::move(along), wanted, identified](CardLease& lease) -> Result<Inspection> {
            Card& card = lease.card();
            Inspection seen{.family = nullptr, .identity = {}, .unique = false, .counter = std::nullopt};
            const bool has_seat = card.family().tokens[index_of(along.seat)] != nullptr;
            // A question between a login and its signature could disturb them; then the last answer stands.
            const bool in_use =
                std::ranges::any_of(kSeats, [&](Seat seat) { return card.is_verified(seat); });
            // The counter first: without short file identifiers the certificate's file is then still current
            // when the certificate is read next.
            if (has_seat && (wanted == Counter::yes || (wanted == Counter::if_idle && !in_use))) {
                JPKI_TRY_ASSIGN(seen.counter, card.read_counter(along.seat));
            }
            if (identified) return seen;
            JPKI_TRY_ASSIGN(const ByteView identity, card.identify());
            seen.identity = to_bytes(identity);
            seen.unique = card.identity_is_unique();
            seen.family = &card.family();  // which the identification may have corrected
            if (seen.family->tokens[index_of(along.seat)] == nullptr) lease.of_no_use();
            return seen;
        });

    const Lock lock(mutex_);
    settle_locked();
    if (state_.incarnation != incarnation) return fail(Errc::token_not_present);
    if (failed_with(found, Errc::not_jpki)) {
        state_.empty = true;
        return fail(Errc::token_not_recognized, "the card has no JPKI application");
    }
    if (failed_with(found, Errc::no_card)) return fail(Errc::token_not_present);
    if (!found) return fail(noted(found.error()));
    if (found->counter) {
        state_.tries = found->counter->tries;
        state_.tries_read = reader_->environment().clock->now();
    }
    if (state_.identified) return {};
    const TokenProfile* seat = found->family->tokens[index_of(seat_)];
    if (seat == nullptr) {
        state_.empty = true;
        return fail(Errc::token_not_recognized, "cards of this family have no such key");
    }
    state_.family = found->family;
    state_.identity = std::move(found->identity);
    state_.serial = serial_of(state_.identity);
    state_.store = build_objects(*seat, seat_, state_.identity, always_authenticates(),
                                 reader_->environment().ca_certificates);
    restore_handles(found->unique);
    state_.identified = true;
    return {};
}

Result<bool> Token::offers_pss() {
    JPKI_TRY(identify());
    Incarnation incarnation = 0;
    Ticket along;
    {
        const Lock lock(mutex_);
        settle_locked();
        if (!state_.identified) return fail(Errc::token_not_present, "the card was removed or exchanged");
        incarnation = state_.incarnation;
        along = ticket();
    }
    if (const auto known = reader_->pss(incarnation)) {
        // Perhaps the other token found out; this one's keys say it as well.
        note_pss(incarnation, *known != PssAnswer::unknown);
        return *known != PssAnswer::unknown;
    }
    const Bytes identity = along.identity;
    if (const auto remembered = card_memory::knows_pss(identity)) {
        reader_->set_pss(incarnation, *remembered ? PssAnswer::known : PssAnswer::unknown);
        note_pss(incarnation, *remembered);
        return *remembered;
    }
    const auto answer = reader_->run(incarnation, reader_->environment().timing.identification,
                                     [along = std::move(along)](CardLease& lease) -> Result<PssAnswer> {
                                         JPKI_TRY(check_identity(lease.card(), along));
                                         return lease.card().probe_pss();
                                     });
    if (failed_with(answer, Errc::card_removed) || failed_with(answer, Errc::no_card) ||
        failed_with(answer, Errc::not_initialized))
        return fail(answer.error());
    // A card that could not be asked is asked again next time; until then it offers none.
    if (!answer) return false;
    reader_->set_pss(incarnation, *answer);
    if (*answer != PssAnswer::undecided) card_memory::remember_pss(identity, *answer == PssAnswer::known);
    note_pss(incarnation, *answer != PssAnswer::unknown);
    return *answer != PssAnswer::unknown;
}

Result<bool> Token::makes_pss() {
    JPKI_TRY_ASSIGN(const bool offered, offers_pss());
    if (!offered) return false;
    const Lock lock(mutex_);
    settle_locked();
    return card_memory::knows_pss(state_.identity).value_or(true);
}

void Token::note_pss(Incarnation incarnation, bool known) {
    const Lock lock(mutex_);
    if (state_.incarnation != incarnation) return;
    state_.store = state_.store->with([known](Object& object) {
        object.pss = known;
        return true;
    });
}

Status Token::identify() { return inspect(Counter::no); }

Result<TokenInfo> Token::read_info() {
    bool counter_needed = false;
    {
        const Lock lock(mutex_);
        settle_locked();
        const TimePoint now = reader_->environment().clock->now();
        counter_needed =
            !state_.confirmation_waits &&
            (!state_.tries || now - state_.tries_read > reader_->environment().timing.counter_freshness);
    }
    JPKI_TRY(inspect(counter_needed ? Counter::if_idle : Counter::no));
    return known_info();
}

Result<TokenInfo> Token::read_info_now() {
    JPKI_TRY(inspect(Counter::yes));
    return known_info();
}

CardStatus Token::card_status() {
    const Lock lock(mutex_);
    settle_locked();
    if (!state_.card_present) return {};
    const auto trouble = reader_->trouble(state_.incarnation);
    return trouble ? CardStatus{state_after(trouble->code), trouble->detail} : CardStatus{CardState::present};
}

Result<TokenInfo> Token::known_info() {
    const Lock lock(mutex_);
    if (!state_.identified) return fail(Errc::token_not_present);
    const TokenProfile& known = profile();
    const bool japanese = reader_->environment().config.labels == Labels::japanese;
    return TokenInfo{.label = std::string(japanese ? known.japanese_label : known.label),
                     .model = std::string(state_.family->model),
                     .serial = state_.serial,
                     .pin = known.pin,
                     .tries = state_.tries,
                     .wrong_pin_since_success = state_.wrong_pin,
                     .family = state_.family->id,
                     .last_failure = last_failure_,
                     .sessions = state_.sessions,
                     .rw_sessions = state_.rw_sessions};
}

}  // namespace jpki::p11
