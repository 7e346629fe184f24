#include "core/session.hpp"

namespace jpki::p11 {

LastTry Session::take_last_try() {
    return last_try_allowed_.exchange(0) == token_->refresh().login_number ? LastTry::allow : LastTry::refuse;
}

Status Session::log_in(ByteView pin) {
    return recorded(token_->log_in(card_generation_, pin, take_last_try()));
}

Status Session::set_pin(ByteView old_pin, ByteView new_pin) {
    return recorded(token_->set_pin(card_generation_, old_pin, new_pin, take_last_try()));
}

Result<std::shared_ptr<Confirmation>> Session::authenticate(ByteView pin) {
    return recorded(token_->authenticate(card_generation_, pin, take_last_try()));
}

Result<std::shared_ptr<const Object>> Session::load(CK_OBJECT_HANDLE handle) {
    return recorded(token_->load(card_generation_, handle));
}

Result<std::shared_ptr<const Object>> Session::find_key(CK_OBJECT_HANDLE handle) const {
    // As the user sees it first: a logout between two looks ends the handle, which is then what is told.
    auto object = token_->find(handle);
    if (!object) {
        const auto hidden = token_->find(handle, true);
        if (hidden && hidden->is_key())
            return fail(Errc::user_not_logged_in, "the key is there, but nobody is logged in");
    }
    if (!object || !object->is_key()) return fail(Errc::key_handle_invalid);
    return object;
}

Result<Bytes> Session::sign_at_card(SignScheme scheme, Bytes input,
                                    const std::shared_ptr<Confirmation>& confirmed) {
    return recorded(token_->sign(card_generation_, scheme, std::move(input), confirmed));
}

bool Session::busy() { return search_.active() || digest_.active() || sign_.active() || verify_.active(); }

}  // namespace jpki::p11
