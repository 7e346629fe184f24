#include "core/card_facts.hpp"

#include "core/card_memory.hpp"
#include "crypto/digest.hpp"

namespace jpki::p11 {

namespace {

constexpr std::size_t kSerialBytes = 8;  // 16 hexadecimal digits fill CK_TOKEN_INFO.serialNumber

std::string serial_of(ByteView identity) {
    const auto hash = crypto::digest(crypto::Hash::sha256, identity);
    return hash ? to_hex(slice(*hash, 0, kSerialBytes)) : std::string();
}

}  // namespace

KnownCard::KnownCard(const CardFamily& family, Bytes identity, bool unique)
    : family_(family), identity_(std::move(identity)), unique_(unique), serial_(serial_of(identity_)) {}

std::optional<bool> KnownCard::lists_pss() const {
    const Lock lock(mutex_);
    if (!lists_pss_) lists_pss_ = card_memory::knows_pss(identity_);
    return lists_pss_;
}

bool KnownCard::makes_pss() const {
    return lists_pss().value_or(false) && card_memory::knows_pss(identity_).value_or(true);
}

bool KnownCard::pss_undecided() const {
    return lists_pss().value_or(false) && !card_memory::knows_pss(identity_);
}

void KnownCard::record_pss(PssAnswer answer) {
    {
        const Lock lock(mutex_);
        if (!lists_pss_) lists_pss_ = answer != PssAnswer::unknown;
    }
    if (answer != PssAnswer::undecided) card_memory::remember_pss(identity_, answer == PssAnswer::known);
}

KnownKey KnownCard::key(KeyPurpose purpose) const {
    const Lock lock(mutex_);
    return keys_[index_of(purpose)];
}

void KnownCard::record_key(KeyPurpose purpose, std::shared_ptr<const crypto::KeyFacts> key) {
    const Lock lock(mutex_);
    auto& known = keys_[index_of(purpose)].key;
    if (!known) known = std::move(key);
}

void KnownCard::record_validity(KeyPurpose purpose, const crypto::Validity& validity) {
    const Lock lock(mutex_);
    keys_[index_of(purpose)].validity = validity;
}

void KnownCard::forget_key(KeyPurpose purpose) {
    const Lock lock(mutex_);
    keys_[index_of(purpose)] = {};
}

std::shared_ptr<KnownCard> CardFacts::card(CardGeneration card_generation) const {
    const Lock lock(mutex_);
    return card_generation == card_generation_ ? card_ : nullptr;
}

void CardFacts::forget_before(CardGeneration card_generation) {
    const Lock lock(mutex_);
    if (card_generation_ < card_generation) card_.reset();
}

void CardFacts::record(CardGeneration card_generation, std::shared_ptr<KnownCard> card) {
    const Lock lock(mutex_);
    if (card_generation <= card_generation_ && card_) return;
    card_generation_ = card_generation;
    card_ = std::move(card);
}

}  // namespace jpki::p11
