#include "token/pin_rules.hpp"

namespace jpki::app {

PinShape shape_of(const Token& token) {
    return {token.shortest_pin, token.longest_pin, token.purpose == KeyPurpose::signature};
}

std::optional<Text> words_for(const Token& token, PinFlaw flaw) {
    const bool password = token.purpose == KeyPurpose::signature;
    switch (flaw) {
        case PinFlaw::none: return std::nullopt;
        case PinFlaw::length: return password ? Text::new_password_length : Text::new_pin_length;
        case PinFlaw::characters: return password ? Text::new_password_characters : Text::new_pin_characters;
        default: return Text::new_password_weak;
    }
}

}  // namespace jpki::app
