#include "token/held_token.hpp"

#include "text/failure.hpp"
#include "text/text.hpp"
#include "token/token_text.hpp"

namespace jpki::app {

HeldToken::HeldToken(const Module& module, KeyPurpose purpose, const std::string& reader_name)
    : token(find_token(module, purpose, reader_name)),
      module_(&module),
      session_(std::make_unique<Session>(module, token.slot)) {
    // What was read so far chose the reader. It may have been of another card.
    const CK_RV rv = read_token(module, token);
    check_card();
    if (rv != CKR_OK) throw failure_of(card_status(module, token.slot, rv), token.reader);
    if (token.purpose != purpose) Module::check(CKR_DEVICE_REMOVED);
}

void HeldToken::check_card() const {
    if (!session_->has_card()) Module::check(CKR_DEVICE_REMOVED);
}

void HeldToken::refuse_last_try() const {
    if (token.locked() || token.tries_left() == 0UL)
        throw Failure(Exit::pin_locked, say(Text::pin_locked), unlocking_of(token));
    const auto left = token.tries_left();
    // A module that never counts says nothing; ours says that the card does not.
    if (left ? *left == 1 : token.status.has_value())
        throw Failure(Exit::refused, say(left ? Text::last_try_kept : Text::counter_unknown),
                      say(Text::sign_last_try, argument_of(token)));
}

template <class Work>
void HeldToken::attempt(Work work) const {
    check_card();
    try {
        work();
    } catch (const Failure& failure) {
        if (failure.exit() == Exit::pin_locked)
            throw Failure(Exit::pin_locked, failure.what(), unlocking_of(token));
        // The card's counter is not what it was before the question.
        if (failure.exit() == Exit::refused && !failure.advice().empty())
            throw Failure(Exit::refused, failure.what(), say(Text::sign_last_try, argument_of(token)));
        if (failure.exit() != Exit::pin_wrong) throw;
        Token now = token;
        const bool counted = read_token(*module_, now) == CKR_OK && session_->has_card();
        throw Failure(Exit::pin_wrong, failure.what(),
                      (counted ? tries_of(now) + "\n" : std::string()) + say(Text::do_not_guess));
    }
}

void HeldToken::log_in(const SecretBytes& pin) const {
    attempt([&] { session_->login(pin); });
}

void HeldToken::change_pin(const SecretBytes& before, const SecretBytes& after) const {
    attempt([&] { session_->change_pin(before, after); });
}

Bytes HeldToken::sign(const Bytes& data, const std::function<SecretBytes()>& ask) const {
    Bytes made;
    attempt([&] { made = session_->sign(data, ask); });
    return made;
}

}  // namespace jpki::app
