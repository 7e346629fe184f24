// COMPUTE DIGITAL SIGNATURE `80 2A P1 P2`: what the card adds to the input depends on P1, as
// github soltia48/myna-card measured it; P1=00 is what all public software uses.
#include <algorithm>
#include <array>

#include "virtual/commands.hpp"

namespace jpki::vcard {
namespace {

struct SignForm {
    std::size_t least;
    std::size_t most;
    Bytes (*sign)(const RsaKey&, ByteView);
    bool pss;
};

Bytes verbatim(const RsaKey& key, ByteView input) { return key.sign_block(input); }
Bytes bare_digest(const RsaKey& key, ByteView input) { return key.sign_block(sha256(input)); }
Bytes of_digest(const RsaKey& key, ByteView input) { return key.sign_block(sha256_digest_info(input)); }
Bytes of_message(const RsaKey& key, ByteView input) { return of_digest(key, sha256(input)); }
Bytes pss_of_digest(const RsaKey& key, ByteView input) { return key.sign_pss(input); }
Bytes pss_of_message(const RsaKey& key, ByteView input) { return key.sign_pss(sha256(input)); }

// Indexed by P1; a short Lc allows 255. What is padded unhashed must also leave room for block type 1.
constexpr std::array<SignForm, 6> kForms{{
    {1, 255, verbatim, false},
    {1, 255, bare_digest, false},
    {32, 32, of_digest, false},
    {1, 255, of_message, false},
    {32, 32, pss_of_digest, true},
    {1, 255, pss_of_message, true},
}};

// Of the input to this form of the command (RFC 8017 §9.2: block type 1 takes 11 bytes).
std::size_t most_bytes(const SignForm& form, const RsaKey& key) {
    constexpr std::size_t kBlockOverhead = 11;
    return form.sign == verbatim ? key.modulus_bytes() - kBlockOverhead : form.most;
}

bool knows(const CardState& card, std::uint8_t p1) {
    return p1 < kForms.size() && !(kForms[p1].pss && card.is(Switch::kPss, "no"));
}

// What a broken or hostile card could send in a signature's place.
Bytes lie(const CardState& card, Bytes truth) {
    if (card.is(Switch::kLie, "random")) return random_bytes(truth.size());
    if (card.is(Switch::kLie, "zeros")) return Bytes(truth.size(), 0x00);
    if (card.is(Switch::kLie, "bitflip")) truth[truth.size() / 2] ^= 0x01U;
    if (card.is(Switch::kLie, "short")) truth.resize(truth.size() / 2);
    if (card.is(Switch::kLie, "empty")) truth.clear();
    return truth;
}

// P2=00 is the key by which a surface application proves that the card is there; JPKI has no such key.
std::uint16_t resolve_key(CardState& card, std::uint8_t p2) {
    const Application* current = card.application();
    if (p2 != 0 || current == nullptr) return resolve_reference(card, p2);
    const auto at = std::ranges::find_if(current->files, [](const File& file) {
        return file.role == Role::kTextKey || file.role == Role::kVisualKey;
    });
    if (at == current->files.end()) return sw::kWrongP1P2;
    card.session.file = static_cast<std::size_t>(at - current->files.begin());
    return 0;
}

// 0 when the current key may sign this input.
std::uint16_t refuse(const CardState& card, const File& file, const Apdu& apdu) {
    const bool known = knows(card, apdu.p1);
    if (!known && card.is(Switch::kP1Check, "before")) return sw::kWrongP1P2;
    if (!card.may_use(file)) return sw::kSecurityStatus;
    if (!known) return sw::kWrongP1P2;
    if (file.role == Role::kCommonKey) return sw::kConditionsOfUse;
    const RsaKey* key = card.key(file);
    if (key == nullptr) return sw::kReferenceNotFound;
    if (apdu.iso_case != ApduCase::k4 || apdu.ne < key->modulus_bytes()) return sw::kWrongLength;
    const SignForm& form = kForms[apdu.p1];
    if (apdu.data.size() < form.least || apdu.data.size() > most_bytes(form, *key)) {
        return card.is(Switch::kSignLength, "6700") ? sw::kWrongLength : sw::kConditionsOfUse;
    }
    return 0;
}

}  // namespace

Answer compute_signature(CardState& card, const Apdu& apdu) {
    if (const std::uint16_t wrong = resolve_key(card, apdu.p2); wrong != 0) return wrong;
    const File& file = *card.file();
    if (file.kind != FileKind::kKey) return sw::kWrongFileKind;
    KeyOracle& oracle = card.key_oracle(file);
    if (const std::uint16_t wrong = refuse(card, file, apdu); wrong != 0) {
        ++oracle.refused;
        return wrong;
    }
    ++oracle.signatures;
    ++oracle.by_p1[apdu.p1];
    return Answer(lie(card, kForms[apdu.p1].sign(*card.key(file), apdu.data)));
}

}  // namespace jpki::vcard
