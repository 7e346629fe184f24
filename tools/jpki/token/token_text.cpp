#include "token/token_text.hpp"

#include "text/text.hpp"
#include "waist/visible.hpp"

namespace jpki::app {

std::string_view name_of(std::optional<KeyPurpose> purpose) {
    if (!purpose) return "other";
    return *purpose == KeyPurpose::signature ? "signature" : "authentication";
}

std::string_view argument_of(const Token& token) {
    return token.purpose == KeyPurpose::signature ? "sign" : "auth";
}

std::string title_of(const Token& token) {
    if (!token.purpose) return visible(token.label);
    return std::string(
        text(*token.purpose == KeyPurpose::signature ? Text::signature_key : Text::authentication_key));
}

std::string tries_of(const Token& token) {
    const auto left = token.tries_left();
    if (token.locked()) return say(Text::pin_is_locked);
    if (!left) return say(Text::pin_tries_unknown);
    std::string line =
        token.status ? say(Text::pin_tries_of, *left, token.status->ulMaxTries) : say(Text::pin_tries, *left);
    if (*left == 1) line += say(Text::pin_last_try);
    return line;
}

std::string unlocking_of(const Token& token) {
    return say(token.purpose == KeyPurpose::signature ? Text::unlock_signature : Text::unlock_authentication);
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
