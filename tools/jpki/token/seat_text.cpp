#include "token/seat_text.hpp"

#include "text/text.hpp"
#include "waist/visible.hpp"

namespace jpki::app {

std::string_view name_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::authentication: return "authentication";
        case Purpose::signature: return "signature";
        default: return "other";
    }
}

std::string_view argument_of(const KeySeat& seat) {
    return seat.purpose == Purpose::signature ? "sign" : "auth";
}

std::string title_of(const KeySeat& seat) {
    switch (seat.purpose) {
        case Purpose::authentication: return std::string(text(Text::authentication_key));
        case Purpose::signature: return std::string(text(Text::signature_key));
        default: return visible(seat.label);
    }
}

std::string tries_of(const KeySeat& seat) {
    const auto left = seat.tries_left();
    if (seat.locked()) return say(Text::pin_is_locked);
    if (!left) return say(Text::pin_tries_unknown);
    std::string line =
        seat.status ? say(Text::pin_tries_of, *left, seat.status->ulMaxTries) : say(Text::pin_tries, *left);
    if (*left == 1) line += say(Text::pin_last_try);
    return line;
}

std::string unlocking_of(const KeySeat& seat) {
    return say(seat.purpose == Purpose::signature ? Text::unlock_signature : Text::unlock_authentication);
}

std::string_view name_of_family(const std::optional<JPKI_TOKEN_STATUS>& status) {
    switch (status ? status->ulFamily : ~0UL) {
        case JPKI_FAMILY_MY_NUMBER: return "my_number";
        case JPKI_FAMILY_JUKI: return "juki";
        case JPKI_FAMILY_ANDROID: return "android";
        case JPKI_FAMILY_IPHONE: return "iphone";
        default: return "other";
    }
}

std::string family_of(const std::optional<JPKI_TOKEN_STATUS>& status, const std::string& model) {
    if (!status) return visible(model);
    switch (status->ulFamily) {
        case JPKI_FAMILY_MY_NUMBER: return say(Text::family_my_number);
        case JPKI_FAMILY_JUKI: return say(Text::family_juki);
        case JPKI_FAMILY_ANDROID: return say(Text::family_android);
        case JPKI_FAMILY_IPHONE: return say(Text::family_iphone);
        default: return visible(model);
    }
}

}  // namespace jpki::app
