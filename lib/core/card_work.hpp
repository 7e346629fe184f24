// What jobs do at the card, between CardContext's first steps and their end: functions over a Card inside a
// lease. Used by Token; they decide nothing about logins but what lib/core/login.hpp lets them.
#pragma once

#include "core/card_call.hpp"
#include "core/object.hpp"

namespace jpki::p11 {

// Whether a look at the card asks for the PIN's counter, too: never, unless a key is in use, or always.
enum class Counter : std::uint8_t { no, if_idle, yes };

struct Look {
    std::shared_ptr<KnownCard> card;  // null: it was known before
    std::optional<PinCounter> counter;
};
Result<Look> look_at_card(CardLease& lease, const CardContext& context, Counter wanted);

// What an object has that only the card can tell: a certificate, its key, or both.
struct Loaded {
    std::shared_ptr<const crypto::CertFacts> certificate;
    std::shared_ptr<const crypto::KeyFacts> key;
};
Result<Loaded> load_from_card(Card& card, const CardContext& context, ObjectKind kind);

// No more of the user's certificate is read than that takes.
Result<crypto::Validity> read_validity_at_card(Card& card, const CardContext& context);

// The login, and what is cheap to learn beside it: the key, and whether the card makes PSS signatures.
Result<std::shared_ptr<const crypto::KeyFacts>> log_in_at_card(Card& card, CardContext& context);

// What comes back has been verified with the key.
struct Signed {
    Bytes signature;
    std::shared_ptr<const crypto::KeyFacts> key;
};
Result<Signed> sign_at_card(Card& card, CardContext& context, SignScheme scheme, ByteView input);

}  // namespace jpki::p11
