// The PIN policy: what may be sent, when, and what becomes of it. Functions over a Card inside a lease; the
// PIN is kept by login_state.hpp. A wasted try sends a person to the municipal office, so doubt always means:
// nothing is sent.
#pragma once

#include <optional>

#include "config/config.hpp"
#include "waist/card_port.hpp"

namespace jpki::p11 {

// Why the last login was not sent; the values are those of the vendor interface.
enum class Refusal : std::uint8_t { none, malformed, last_try, unknown_counter, locked, changed_elsewhere };

// The PIN as the card wants it, or pin_malformed when it cannot be right: then no try is spent on it.
// Letters are upper-cased, because the card stores them so and does not fold (docs/cards.md, "PINs").
Result<SecretBytes> check_pin(const PinInfo& info, ByteView typed);

// A new PIN as it is stored, upper-cased. Errors: pin_length, pin_alphabet, pin_too_weak (a password needs a
// letter and a digit, the municipal rule).
Result<SecretBytes> check_new_pin(const PinInfo& info, ByteView typed);

struct LoginReport {
    Status status;                      // of the login; the report itself always comes back
    std::optional<std::uint8_t> tries;  // left, as far as the card said
    Refusal refusal = Refusal::none;
    bool change_sent =
        false;  // CHANGE REFERENCE DATA left: whatever the status says, the old PIN may be gone
};

// A login the user asked for: counter first, in the same transaction; 0 is locked, 1 or unknown is refused
// unless `last_try` allows it. At most one VERIFY.
LoginReport log_in(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& pin,
                   LastTry last_try);

// Verifies the old PIN under log_in()'s rules, changes it, and verifies the new one. A wrong old PIN costs
// one try and changes nothing.
LoginReport change_pin(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& old_pin,
                       const SecretBytes& new_pin, LastTry last_try);

// A login nobody asked for, to renew one that ended with its lease: only at a full counter. At most one
// VERIFY.
LoginReport renew_login(Card& card, KeyPurpose purpose, const PinInfo& info, const SecretBytes& pin);

}  // namespace jpki::p11
