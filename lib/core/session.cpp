// Searches and digests; session_sign.cpp signs and verifies.
#include "core/session.hpp"

#include "core/attribute_set.hpp"
#include "core/session_step.hpp"

namespace jpki::p11 {

LastTry Session::take_last_try() {
    return last_try_allowed_.exchange(0) == token_->refresh().login_number ? LastTry::allow : LastTry::refuse;
}

Status Session::log_in(ByteView pin) { return noted(token_->log_in(incarnation_, pin, take_last_try())); }

Status Session::set_pin(ByteView old_pin, ByteView new_pin) {
    return noted(token_->set_pin(incarnation_, old_pin, new_pin, take_last_try()));
}

Result<std::shared_ptr<const Object>> Session::load(CK_OBJECT_HANDLE handle) {
    return noted(token_->load(incarnation_, handle));
}

bool Session::busy() {
    const Lock lock(mutex_);
    return search_ || hashing_ || signing_ || verifying_;
}

Result<bool> Session::matches(const std::shared_ptr<const Object>& object,
                              const std::vector<Criterion>& criteria) {
    // What is known without the card decides first, so that a search by class or ID never reads anything.
    bool undecided = false;
    for (const Criterion& criterion : criteria) {
        const Attribute attribute = attribute_of(*object, criterion.type);
        if (attribute.state == Attribute::State::not_loaded) {
            undecided = true;
        } else if (attribute.state != Attribute::State::value || attribute.value != criterion.value) {
            return false;
        }
    }
    if (!undecided) return true;
    auto loaded = load(object->handle);
    if (failed_with(loaded, Errc::object_handle_invalid)) return false;
    if (!loaded) return fail(loaded.error());
    return matches(*loaded, criteria);
}

Status Session::find_begin(const std::vector<Criterion>& criteria) {
    {
        const Lock lock(mutex_);
        if (search_ && search_->login_number == token_->refresh().login_number)
            return fail(Errc::operation_active);
    }
    Search search{{}, token_->refresh().login_number};
    for (const auto& object : token_->visible()) {
        JPKI_TRY_ASSIGN(const bool hit, matches(object, criteria));
        if (hit) search.found.push_back(object->handle);
    }
    const Lock lock(mutex_);
    // Another thread may have begun one while this one read.
    if (search_ && search_->login_number == token_->refresh().login_number)
        return fail(Errc::operation_active);
    search_ = std::move(search);
    return {};
}

Result<std::vector<CK_OBJECT_HANDLE>> Session::find_next(std::size_t at_most) {
    const Lock lock(mutex_);
    if (search_ && search_->login_number != token_->refresh().login_number) search_.reset();
    if (!search_) return fail(Errc::operation_not_initialized);
    std::vector<CK_OBJECT_HANDLE> part;
    while (!search_->found.empty() && part.size() < at_most) {
        part.push_back(search_->found.front());
        search_->found.pop_front();
    }
    return part;
}

Status Session::find_end() {
    const Lock lock(mutex_);
    if (!search_) return fail(Errc::operation_not_initialized);
    search_.reset();
    return {};
}

Status Session::digest_begin(const Mechanism& mechanism) {
    if (mechanism.signs() || !mechanism.hash) return fail(Errc::mechanism_invalid);
    const Lock lock(mutex_);
    if (hashing_) return fail(Errc::operation_active);
    JPKI_TRY_ASSIGN(crypto::Digest started, crypto::Digest::start(*mechanism.hash));
    hashing_.emplace(Hashing{std::move(started), {}});
    return {};
}

Status Session::digest_update(ByteView part) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(Hashing * operation, step(hashing_, Step::update));
    return operation->digest.update(part);
}

Status Session::digest_key(CK_OBJECT_HANDLE handle) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN([[maybe_unused]] Hashing * operation, step(hashing_, Step::update));
    hashing_.reset();
    const auto object = token_->find(handle);
    if (!object || !object->is_key()) return fail(Errc::key_handle_invalid);
    return fail(Errc::key_indigestible);
}

Result<std::size_t> Session::digest_size(Step which) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(const Hashing* operation, step(hashing_, which));
    return crypto::size_of(operation->digest.hash());
}

Result<Bytes> Session::digest_one_shot(ByteView data) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(Hashing * operation, step(hashing_, Step::one_shot));
    crypto::Digest running = std::move(operation->digest);
    hashing_.reset();
    JPKI_TRY(running.update(data));
    return running.finish();
}

Result<Bytes> Session::digest_final() {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(Hashing * operation, step(hashing_, Step::final));
    crypto::Digest running = std::move(operation->digest);
    hashing_.reset();
    return running.finish();
}

void Session::digest_end() {
    const Lock lock(mutex_);
    hashing_.reset();
}

}  // namespace jpki::p11
