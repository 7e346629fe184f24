#include "core/login.hpp"

#include "waist/pin_rules.hpp"

namespace jpki::p11 {

namespace {

PinShape shape_of(const PinInfo& info) {
    return {info.min_length, info.max_length, info.alphabet == Alphabet::upper_alphanumeric};
}

SecretBytes in_card_form(const PinInfo& info, ByteView typed) {
    SecretBytes pin(typed);
    to_card_form(shape_of(info), pin);
    return pin;
}

LoginReport refused(const PinCounter& counter) {
    if (!counter.tries)
        return {
            fail(Errc::last_try_refused, "the card does not say how many tries are left; nothing was sent"),
            std::nullopt, Refusal::unknown_counter};
    return {fail(Errc::last_try_refused, "one try is left and the configuration keeps it; nothing was sent"),
            counter.tries, Refusal::last_try};
}

LoginReport send(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& pin) {
    LoginReport report;
    report.status = card.verify(purpose, &pin);
    if (report.status) {
        report.tries = info.max_tries;  // a success resets the counter (docs/cards.md, "PINs")
    } else if (report.status.error().code == Errc::pin_incorrect) {
        report.tries = static_cast<std::uint8_t>(report.status.error().detail & 0x0FU);
    } else if (report.status.error().code == Errc::pin_locked) {
        report.tries = std::uint8_t{0};
    }
    return report;
}

LoginReport locked() {
    return {fail(Errc::pin_locked, "no try is left; the municipal office can set a new PIN"), std::uint8_t{0},
            Refusal::locked};
}

}  // namespace

Result<SecretBytes> check_pin(const PinInfo& info, ByteView typed) {
    // No more of it is copied than could be a PIN.
    if (typed.size() > info.max_length)
        return fail(Errc::pin_malformed, "a PIN of this length cannot be right; nothing was sent");
    SecretBytes pin = in_card_form(info, typed);
    switch (flaw_of(shape_of(info), pin.view())) {
        case PinFlaw::none: return pin;
        case PinFlaw::length:
            return fail(Errc::pin_malformed, "a PIN of this length cannot be right; nothing was sent");
        default:
            return fail(Errc::pin_malformed, "a PIN with these characters cannot be right; nothing was sent");
    }
}

Result<SecretBytes> check_new_pin(const PinInfo& info, ByteView typed) {
    if (typed.size() > info.max_length) return fail(Errc::pin_length);
    SecretBytes pin = in_card_form(info, typed);
    switch (flaw_of_new(shape_of(info), pin.view())) {
        case PinFlaw::none: return pin;
        case PinFlaw::length: return fail(Errc::pin_length);
        case PinFlaw::characters: return fail(Errc::pin_alphabet);
        default: return fail(Errc::pin_too_weak, "a password needs a letter and a digit");
    }
}

LoginReport log_in(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& pin,
                   LastTry last_try) {
    auto counter = card.read_counter(purpose);
    if (!counter) return {fail(counter.error()), std::nullopt, Refusal::none};
    // Some cards answer 9000 while the PIN is verified. It is by us, in this transaction, so nothing was
    // wrong since.
    if (!counter->tries && card.is_verified(purpose)) counter->tries = info.max_tries;
    if (counter->tries == std::uint8_t{0}) return locked();
    if (counter->tries.value_or(1) <= 1 && last_try != LastTry::allow) return refused(*counter);
    return send(card, purpose, info, pin);
}

LoginReport change_pin(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& old_pin,
                       const SecretBytes& new_pin, LastTry last_try) {
    LoginReport report = log_in(card, purpose, info, old_pin, last_try);
    if (!report.status) return report;
    if (const Status changed = card.change_pin(purpose, new_pin); !changed) {
        report.status = changed;
        report.change_sent = true;
        return report;
    }
    // The counter is full after the old PIN's success, so this asks nothing first.
    report = send(card, purpose, info, new_pin);
    report.change_sent = true;
    return report;
}

LoginReport renew_login(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& pin) {
    const auto counter = card.read_counter(purpose);
    if (!counter) return {fail(counter.error()), std::nullopt, Refusal::none};
    if (counter->tries == std::uint8_t{0}) return locked();
    if (!counter->tries || *counter->tries < info.max_tries) {
        return {fail(Errc::security_status, "the counter is not full, so the login is not renewed unasked"),
                counter->tries, Refusal::changed_elsewhere};
    }
    LoginReport report = send(card, purpose, info, pin);
    if (!report.status && report.status.error().code == Errc::pin_incorrect) {
        // The PIN was changed elsewhere. The user must say so, not the program guess again.
        report.refusal = Refusal::changed_elsewhere;
        report.status = fail(Errc::security_status, "the PIN was changed elsewhere");
    }
    return report;
}

}  // namespace jpki::p11
