#include "token/pin_rules.hpp"

namespace jpki::app {

PinShape shape_of(const KeySeat& seat) {
    return {seat.shortest_pin, seat.longest_pin, seat.purpose == Purpose::signature};
}

std::optional<Text> words_for(const KeySeat& seat, PinFlaw flaw) {
    const bool password = seat.purpose == Purpose::signature;
    switch (flaw) {
        case PinFlaw::none: return std::nullopt;
        case PinFlaw::length: return password ? Text::new_password_length : Text::new_pin_length;
        case PinFlaw::characters: return password ? Text::new_password_characters : Text::new_pin_characters;
        default: return Text::new_password_weak;
    }
}

}  // namespace jpki::app
