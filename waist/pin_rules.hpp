// What a PIN looks like, judged before anything is sent: digits, or capitals and digits, of some length. For
// the module and for the programs that ask, so that they judge the same; it never sees a card.
#pragma once

#include <algorithm>
#include <cstddef>

#include "waist/bytes.hpp"
#include "waist/secret.hpp"

namespace jpki {

struct PinShape {
    std::size_t shortest;
    std::size_t longest;
    bool letters;  // A to Z as well
};

enum class PinFlaw : std::uint8_t { none, length, characters, weak };

constexpr bool is_pin_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }
constexpr bool is_pin_letter(std::uint8_t c) { return c >= 'A' && c <= 'Z'; }

// Letters in capitals, as every card has them.
inline void to_card_form(const PinShape& shape, SecretBytes& pin) {
    if (!shape.letters) return;
    for (std::uint8_t& c : pin.writable())
        if (c >= 'a' && c <= 'z') c = static_cast<std::uint8_t>(c - 'a' + 'A');
}

// Why it cannot be the PIN. In the card's form.
constexpr PinFlaw flaw_of(const PinShape& shape, ByteView pin) {
    if (pin.size() < shape.shortest || pin.size() > shape.longest) return PinFlaw::length;
    const auto fits = [&](std::uint8_t c) { return is_pin_digit(c) || (shape.letters && is_pin_letter(c)); };
    return std::ranges::all_of(pin, fits) ? PinFlaw::none : PinFlaw::characters;
}

// Why it cannot become the PIN: the municipalities want a letter and a digit in each password.
constexpr PinFlaw flaw_of_new(const PinShape& shape, ByteView pin) {
    const PinFlaw flaw = flaw_of(shape, pin);
    if (flaw != PinFlaw::none || !shape.letters) return flaw;
    const bool strong = std::ranges::any_of(pin, is_pin_digit) && std::ranges::any_of(pin, is_pin_letter);
    return strong ? PinFlaw::none : PinFlaw::weak;
}

}  // namespace jpki
