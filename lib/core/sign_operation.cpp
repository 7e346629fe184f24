#include "core/sign_operation.hpp"

#include "core/session.hpp"

namespace jpki::p11 {

Result<SignOperation::State*> SignOperation::current(Step which) {
    if (state_ && state_->login_number != session_.token().refresh().login_number) {
        // A logout since C_SignInit took the key's handle with it, and the operation too (PKCS#11 3.2
        // §5.6.10). Where the login ended by itself, the program is told what it lacks.
        const auto key = session_.find_key(state_->key);
        state_.reset();
        if (failed_with(key, Errc::user_not_logged_in)) return fail(key.error());
    }
    return step(state_, which);
}

Status SignOperation::begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key) {
    const TokenState token = session_.token().refresh();
    const Lock lock(mutex_);
    if (state_ && state_->login_number == token.login_number) return fail(Errc::operation_active);
    state_.reset();
    JPKI_TRY_ASSIGN(const auto object, session_.find_key(key));
    if (object->kind != ObjectKind::private_key) return fail(Errc::key_type_inconsistent);
    if (!mechanism.signs()) return fail(Errc::mechanism_invalid);
    JPKI_TRY_ASSIGN(SignatureInput input, SignatureInput::start(mechanism, token.signature_size));
    state_.emplace(State{std::move(input), token.login_number, {}, key, {}});
    return {};
}

bool SignOperation::awaits_login() {
    const TokenState token = session_.token().refresh();
    const Lock lock(mutex_);
    return state_ && state_->login_number == token.login_number && token.login_per_signature;
}

Status SignOperation::authenticate(ByteView pin) {
    std::uint64_t login_number = 0;
    {
        const Lock lock(mutex_);
        if (!state_) return fail(Errc::operation_not_initialized);
        login_number = state_->login_number;
        state_->confirmed.reset();  // the last answer counts
    }
    JPKI_TRY_ASSIGN(auto confirmed, session_.authenticate(pin));
    const Lock lock(mutex_);
    if (state_ && state_->login_number == login_number) state_->confirmed = std::move(confirmed);
    return {};
}

Status SignOperation::update(ByteView part) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(State * operation, current(Step::update));
    const Status done = operation->input.update(part);
    if (!done) state_.reset();
    return done;
}

Result<std::size_t> SignOperation::size(Step which) {
    const Lock lock(mutex_);
    JPKI_TRY(current(which));
    return session_.token().refresh().signature_size;
}

Result<Bytes> SignOperation::send(State operation) {
    JPKI_TRY_ASSIGN(Bytes input, operation.input.finish());
    // No card takes that, so none is asked.
    if (input.empty()) return fail(Errc::data_length, "nothing to sign");
    const SignScheme scheme = *operation.input.mechanism().scheme;
    return session_.sign_at_card(scheme, std::move(input), operation.confirmed);
}

Result<Bytes> SignOperation::one_shot(ByteView data) {
    std::optional<State> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY(current(Step::one_shot));
        mine = taken(state_);
    }
    JPKI_TRY(mine->input.update(data));
    return send(std::move(*mine));
}

Result<Bytes> SignOperation::final() {
    std::optional<State> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY(current(Step::final));
        mine = taken(state_);
    }
    return send(std::move(*mine));
}

void SignOperation::end() {
    const Lock lock(mutex_);
    state_.reset();
}

bool SignOperation::active() {
    const Lock lock(mutex_);
    return state_.has_value();
}

}  // namespace jpki::p11
