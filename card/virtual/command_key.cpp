// INTERNAL AUTHENTICATE, SET PUBLIC IC KEY and SET SESSION KEY: they exist in every
// application, and github soltia48/myna-card measured what they answer to a holder. Secure messaging itself
// is not there.
#include <algorithm>
#include <array>

#include "virtual/commands.hpp"

namespace jpki::vcard {
Answer internal_authenticate(CardState& card, const Apdu& apdu) {
    if (apdu.p1 != 0) return sw::kWrongP1P2;
    if (const std::uint16_t wrong = resolve_reference(card, apdu.p2); wrong != 0) return wrong;
    const File& file = *card.file();
    if (file.kind != FileKind::kKey) return sw::kWrongFileKind;
    KeyOracle& oracle = card.key_oracle(file);
    const RsaKey* key = card.key(file);
    // A key behind a PIN refuses whoever is logged in; one that signs for a surface application does so for
    // nobody here.
    std::uint16_t refused = 0;
    if (file.guard != kFree) {
        refused = sw::kSecurityStatus;
    } else if (file.role != Role::kCommonKey || key == nullptr) {
        refused = sw::kConditionsOfUse;
    } else if (apdu.iso_case != ApduCase::k4 || apdu.data.size() > 255 || apdu.ne < key->modulus_bytes()) {
        refused = sw::kWrongLength;
    }
    if (refused != 0) {
        ++oracle.refused;
        return refused;
    }
    ++oracle.signatures;
    return Answer(key->sign_block(sha256_digest_info(sha256(apdu.data))));
}

Answer set_public_key(CardState&, const Apdu& apdu) {
    // What has been tried. The right ones are not known, and no holder has a terminal's certificate.
    constexpr std::array<std::uint16_t, 4> kTried{0x0000, 0x00AE, 0x8000, 0x00B6};
    return std::ranges::find(kTried, apdu.p1p2()) != kTried.end() ? sw::kWrongP1P2 : sw::kSecurityStatus;
}

Answer set_session_key(CardState& card, const Apdu& apdu) {
    constexpr std::uint16_t kTextPin = 0x0011;
    constexpr std::size_t kKeyBytes = 256;  // of the key of EF 0006, to which the session key is encrypted
    if (card.where() == "common" || card.where() == "visual") return sw::kVendorNoSessionKey;
    if (card.where() != "text" || !card.session.verified.contains({*card.session.application, kTextPin}))
        return sw::kSecurityStatus;
    if (apdu.p1p2() != 0) return sw::kWrongP1P2;
    return apdu.iso_case == ApduCase::k3 && apdu.data.size() == kKeyBytes ? sw::kOk : sw::kWrongData;
}

}  // namespace jpki::vcard
