// What is known of the card in one reader, in one place: what it is, and what has been read from it. One
// KnownCard a card generation, made by the token that identified the card first and read by both tokens and
// their jobs. Thread-safe; it asks no card and knows no login.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/x509.hpp"
#include "reader/presence.hpp"
#include "waist/card_port.hpp"

namespace jpki::p11 {

// Of one key and its certificate, as far as it has been read.
struct KnownKey {
    std::shared_ptr<const crypto::KeyFacts> key;
    std::optional<crypto::Validity> validity;
};

class KnownCard {
  public:
    // `unique`: the identity is this card's only, rather than that of every card of its kind.
    KnownCard(const CardFamily& family, Bytes identity, bool unique);

    [[nodiscard]] const CardFamily& family() const noexcept { return family_; }
    [[nodiscard]] ByteView identity() const noexcept { return identity_; }
    [[nodiscard]] bool is_unique() const noexcept { return unique_; }
    // 16 hexadecimal digits, made from the identity.
    [[nodiscard]] const std::string& serial() const noexcept { return serial_; }
    // Null: cards of this family have no such key.
    [[nodiscard]] const TokenProfile* token(KeyPurpose purpose) const noexcept {
        return family_.tokens[index_of(purpose)];
    }

    // Whether PSS mechanisms are listed, which stays as it was first answered; nothing: nobody asked yet, not
    // even earlier in this process.
    [[nodiscard]] std::optional<bool> lists_pss() const;
    // Whether they can be used, which a login may have decided since.
    [[nodiscard]] bool makes_pss() const;
    // They are listed, and only a login can tell whether rightly.
    [[nodiscard]] bool pss_undecided() const;
    void record_pss(PssAnswer answer);

    [[nodiscard]] KnownKey key(KeyPurpose purpose) const;
    // Both are set once, until they are forgotten.
    void record_key(KeyPurpose purpose, std::shared_ptr<const crypto::KeyFacts> key);
    void record_validity(KeyPurpose purpose, const crypto::Validity& validity);
    // What was read behind a login, at its end.
    void forget_key(KeyPurpose purpose);

  private:
    const CardFamily& family_;
    Bytes identity_;
    bool unique_;
    std::string serial_;

    mutable Mutex mutex_;
    mutable std::optional<bool> lists_pss_ JPKI_GUARDED_BY(mutex_);
    std::array<KnownKey, kKeyPurposes.size()> keys_ JPKI_GUARDED_BY(mutex_);
};

// The card that one reader holds.
class CardFacts {
  public:
    // Null: the card of this generation has not been identified.
    [[nodiscard]] std::shared_ptr<KnownCard> card(CardGeneration card_generation) const;
    // Nothing is kept of a card that has left.
    void forget_before(CardGeneration card_generation);
    // The first answer about a generation stays.
    void record(CardGeneration card_generation, std::shared_ptr<KnownCard> card);

  private:
    mutable Mutex mutex_;
    CardGeneration card_generation_ JPKI_GUARDED_BY(mutex_) = 0;
    std::shared_ptr<KnownCard> card_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
