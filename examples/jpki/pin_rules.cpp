#include "pin_rules.hpp"

#include <algorithm>

namespace jpki::app {

namespace {

bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }
bool is_capital(std::uint8_t c) { return c >= 'A' && c <= 'Z'; }

bool right_length(const KeySeat& seat, const SecretBytes& pin) {
    return pin.size() >= seat.shortest_pin && pin.size() <= seat.longest_pin;
}

bool right_characters(const KeySeat& seat, const SecretBytes& pin) {
    const bool letters = seat.purpose == Purpose::signature;
    return std::ranges::all_of(pin.view(),
                               [letters](auto c) { return is_digit(c) || (letters && is_capital(c)); });
}

}  // namespace

void to_card_form(Purpose purpose, SecretBytes& pin) {
    if (purpose != Purpose::signature) return;
    for (std::uint8_t& c : pin.writable())
        if (c >= 'a' && c <= 'z') c = static_cast<std::uint8_t>(c - 'a' + 'A');
}

bool could_be(const KeySeat& seat, const SecretBytes& pin) {
    return right_length(seat, pin) && right_characters(seat, pin);
}

std::optional<Text> flaw_of(const KeySeat& seat, const SecretBytes& fresh) {
    const bool password = seat.purpose == Purpose::signature;
    if (!right_length(seat, fresh)) return password ? Text::new_password_length : Text::new_pin_length;
    if (!right_characters(seat, fresh))
        return password ? Text::new_password_characters : Text::new_pin_characters;
    // The municipal rule.
    if (password &&
        (std::ranges::none_of(fresh.view(), is_digit) || std::ranges::none_of(fresh.view(), is_capital)))
        return Text::new_password_weak;
    return std::nullopt;
}

}  // namespace jpki::app
