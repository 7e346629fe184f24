#include "core/digest_operation.hpp"

#include "core/session.hpp"

namespace jpki::p11 {

Status DigestOperation::begin(const Mechanism& mechanism) {
    if (mechanism.signs() || !mechanism.hash) return fail(Errc::mechanism_invalid);
    const Lock lock(mutex_);
    if (state_) return fail(Errc::operation_active);
    JPKI_TRY_ASSIGN(crypto::Digest started, crypto::Digest::start(*mechanism.hash));
    state_.emplace(State{std::move(started), {}});
    return {};
}

Status DigestOperation::update(ByteView part) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(State * operation, step(state_, Step::update));
    return operation->digest.update(part);
}

Status DigestOperation::key(CK_OBJECT_HANDLE handle) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN([[maybe_unused]] State * operation, step(state_, Step::update));
    state_.reset();
    const auto object = session_.token().find(handle);
    if (!object || !object->is_key()) return fail(Errc::key_handle_invalid);
    return fail(Errc::key_indigestible);
}

Result<std::size_t> DigestOperation::size(Step which) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(const State* operation, step(state_, which));
    return crypto::size_of(operation->digest.hash());
}

Result<Bytes> DigestOperation::one_shot(ByteView data) {
    const Lock lock(mutex_);
    JPKI_TRY(step(state_, Step::one_shot));
    State mine = taken(state_);
    JPKI_TRY(mine.digest.update(data));
    return mine.digest.finish();
}

Result<Bytes> DigestOperation::final() {
    const Lock lock(mutex_);
    JPKI_TRY(step(state_, Step::final));
    return taken(state_).digest.finish();
}

void DigestOperation::end() {
    const Lock lock(mutex_);
    state_.reset();
}

bool DigestOperation::active() {
    const Lock lock(mutex_);
    return state_.has_value();
}

}  // namespace jpki::p11
