#include "core/verify_operation.hpp"

#include "core/session.hpp"

namespace jpki::p11 {

Status VerifyOperation::begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key,
                              std::optional<Bytes> signature) {
    if (active()) return fail(Errc::operation_active);
    JPKI_TRY_ASSIGN(const auto object, session_.find_key(key));
    if (object->kind != ObjectKind::public_key) return fail(Errc::key_type_inconsistent);
    if (!mechanism.signs()) return fail(Errc::mechanism_invalid);
    const auto loaded = session_.load(key);
    if (failed_with(loaded, Errc::object_handle_invalid)) return fail(Errc::key_handle_invalid);
    if (!loaded) return fail(loaded.error());
    const auto& public_key = (*loaded)->key->key;
    if (signature && signature->size() != public_key->size()) return fail(Errc::signature_length);
    JPKI_TRY_ASSIGN(SignatureInput input, SignatureInput::start(mechanism, public_key->size()));
    const Lock lock(mutex_);
    // Another thread may have begun one while this one read.
    if (state_) return fail(Errc::operation_active);
    state_.emplace(State{std::move(input), public_key, std::move(signature), {}});
    return {};
}

Result<VerifyOperation::State*> VerifyOperation::current(Step which, bool signature_first) {
    // The other entrance's calls find nothing begun.
    if (state_ && state_->signature.has_value() != signature_first)
        return fail(Errc::operation_not_initialized);
    return step(state_, which);
}

Status VerifyOperation::update(ByteView part, bool signature_first) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(State * operation, current(Step::update, signature_first));
    const Status done = operation->input.update(part);
    if (!done) state_.reset();
    return done;
}

Status VerifyOperation::check(State operation, std::optional<ByteView> signature) {
    const ByteView against = signature ? *signature : ByteView(*operation.signature);
    JPKI_TRY_ASSIGN(const Bytes input, operation.input.finish());
    if (against.size() != operation.key->size()) return fail(Errc::signature_length);
    if (!verify_signature(*operation.key, *operation.input.mechanism().scheme, input, against))
        return fail(Errc::signature_invalid);
    return {};
}

Status VerifyOperation::one_shot(ByteView data, std::optional<ByteView> signature) {
    std::optional<State> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY(current(Step::one_shot, !signature));
        mine = taken(state_);
    }
    JPKI_TRY(mine->input.update(data));
    return check(std::move(*mine), signature);
}

Status VerifyOperation::final(std::optional<ByteView> signature) {
    std::optional<State> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY(current(Step::final, !signature));
        mine = taken(state_);
    }
    return check(std::move(*mine), signature);
}

void VerifyOperation::end() {
    const Lock lock(mutex_);
    state_.reset();
}

bool VerifyOperation::active() {
    const Lock lock(mutex_);
    return state_.has_value();
}

}  // namespace jpki::p11
