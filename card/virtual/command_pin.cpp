// VERIFY and CHANGE REFERENCE DATA (ISO 7816-4 §11.5.6, §11.5.7): retry counters and security status.
// A try is spent, and saved, before the comparison, so that cutting the power gains an attacker nothing.
#include <algorithm>

#include "virtual/commands.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kMostPinBytes = 16;  // JICSAP 2.0 part 5, §6.4.9

std::uint16_t tries_word(const File& pin) {
    if (pin.tries_max == 0) return sw::kNoLimit;
    return static_cast<std::uint16_t>(sw::kTriesLeft | (pin.tries_left & 0x0FU));
}

std::uint16_t blocked_word(const CardState& card, Switch which) {
    if (card.is(which, "6983")) return sw::kAuthenticationMethod;
    return card.is(which, "63c0") ? sw::kTriesLeft : sw::kBlocked;
}

// The PIN file that P2 names; a status word when it names none.
std::uint16_t find_pin(CardState& card, const Apdu& apdu, File*& pin) {
    if (const std::uint16_t wrong = resolve_reference(card, apdu.p2); wrong != 0) return wrong;
    pin = card.file();
    return pin->kind == FileKind::kPin ? 0 : sw::kWrongFileKind;
}

Answer query(CardState& card, const File& pin) {
    ++card.pin_oracle(pin).queries;
    if (card.blocked(pin)) return blocked_word(card, Switch::kBlockedQuery);
    if (card.verified(pin) && card.is(Switch::kVerifiedQuery, "9000")) return sw::kOk;
    return tries_word(pin);
}

Answer compare(CardState& card, File& pin, ByteView presented) {
    PinOracle& oracle = card.pin_oracle(pin);
    const unsigned before = pin.tries_left;
    if (pin.tries_max != 0) --pin.tries_left;
    if (!card.save()) {
        pin.tries_left = before;
        return sw::kMemoryFailure;
    }
    if (!equal(pin.body, presented)) {
        card.set_verified(pin, false);
        ++oracle.failed;
        return tries_word(pin);
    }
    pin.tries_left = pin.tries_max;
    if (!card.save()) return sw::kMemoryFailure;
    card.set_verified(pin, true);
    return sw::kOk;
}

bool keeps_pin_rules(const CardState& card, const File& pin, ByteView fresh) {
    const auto digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    const auto upper = [](std::uint8_t c) { return c >= 'A' && c <= 'Z'; };
    if (pin.role == Role::kSignPin) {
        return fresh.size() >= family_info(card.image.family).least_password &&
               std::ranges::all_of(fresh, [&](std::uint8_t c) { return digit(c) || upper(c); });
    }
    return fresh.size() == 4 && std::ranges::all_of(fresh, digit);
}

// Each of two commands changes the PINs of two applications. What the other one answers there, and what both
// do in the visual application, nobody has told.
Answer change(CardState& card, const Apdu& apdu, std::string_view one, std::string_view other) {
    File* pin = nullptr;
    if (const std::uint16_t wrong = find_pin(card, apdu, pin); wrong != 0) return wrong;
    if (card.where() != one && card.where() != other) return sw::kConditionsOfUse;
    if (card.blocked(*pin)) return blocked_word(card, Switch::kBlockedVerify);
    if (!card.verified(*pin)) return sw::kSecurityStatus;
    if (apdu.iso_case != ApduCase::k3 || apdu.data.size() > kMostPinBytes) return sw::kWrongLength;
    if (card.is(Switch::kPinRules, "checked") && !keeps_pin_rules(card, *pin, apdu.data))
        return sw::kWrongData;
    const Bytes old = std::exchange(pin->body, to_bytes(apdu.data));
    if (!card.save()) {
        pin->body = old;
        return sw::kMemoryFailure;
    }
    ++card.pin_oracle(*pin).changes;
    if (card.is(Switch::kAfterChange, "clears")) card.set_verified(*pin, false);
    return sw::kOk;
}

}  // namespace

Answer verify(CardState& card, const Apdu& apdu) {
    if (apdu.p1 != 0) return sw::kWrongP1P2;
    File* pin = nullptr;
    if (const std::uint16_t wrong = find_pin(card, apdu, pin); wrong != 0) return wrong;
    if (apdu.iso_case == ApduCase::k1) return query(card, *pin);
    // The five-byte form 00 20 00 80 00 lands here: an Le where none belongs.
    if (apdu.iso_case != ApduCase::k3 || apdu.data.size() > kMostPinBytes) return sw::kWrongLength;
    PinOracle& oracle = card.pin_oracle(*pin);
    ++oracle.verifies;
    if (card.blocked(*pin)) {
        ++oracle.blocked;
        return blocked_word(card, Switch::kBlockedVerify);
    }
    if (apdu.data.size() != pin->body.size() && card.is(Switch::kPinLength, "6700")) return sw::kWrongLength;
    return compare(card, *pin, apdu.data);
}

Answer change_reference_data(CardState& card, const Apdu& apdu) {
    constexpr std::uint8_t kNewPinOnly = 0x01;
    return apdu.p1 == kNewPinOnly ? change(card, apdu, kJpki, "text") : sw::kWrongP1P2;
}

Answer change_key(CardState& card, const Apdu& apdu) {
    return apdu.p1 == 0 ? change(card, apdu, "common", "residence") : sw::kWrongP1P2;
}

}  // namespace jpki::vcard
