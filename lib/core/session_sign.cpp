// Signatures and verifications of a session; session.cpp has the rest.
#include "core/session_step.hpp"

namespace jpki::p11 {

namespace {

// A key that is to be used. Errors: key_handle_invalid; user_not_logged_in when it is there but hidden.
Result<std::shared_ptr<const Object>> find_key(Token& token, CK_OBJECT_HANDLE handle) {
    auto object = token.find(handle, true);
    if (!object || !object->is_key()) return fail(Errc::key_handle_invalid);
    if (object->is_private && !token.refresh().logged_in)
        return fail(Errc::user_not_logged_in, "the key is there, but nobody is logged in");
    return object;
}

}  // namespace

Result<Session::Signing*> Session::signing(Step which) {
    if (signing_ && signing_->login_number != token_->refresh().login_number) {
        // A logout since C_SignInit took the key's handle with it, and the operation too (PKCS#11 3.2
        // §5.6.10). Where the login ended by itself, the program is told what it lacks.
        const auto key = find_key(*token_, signing_->key);
        signing_.reset();
        if (failed_with(key, Errc::user_not_logged_in)) return fail(key.error());
    }
    return step(signing_, which);
}

Status Session::sign_begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key) {
    const std::uint64_t login_number = token_->refresh().login_number;
    const Lock lock(mutex_);
    if (signing_ && signing_->login_number == login_number) return fail(Errc::operation_active);
    signing_.reset();
    JPKI_TRY_ASSIGN(const auto object, find_key(*token_, key));
    if (object->kind != ObjectKind::private_key) return fail(Errc::key_type_inconsistent);
    if (!mechanism.signs()) return fail(Errc::mechanism_invalid);
    JPKI_TRY_ASSIGN(SignatureInput input, SignatureInput::start(mechanism, token_->refresh().signature_size));
    signing_.emplace(Signing{std::move(input), login_number, {}, key, {}});
    return {};
}

bool Session::awaits_confirmation() {
    const TokenState state = token_->refresh();
    const Lock lock(mutex_);
    return signing_ && signing_->login_number == state.login_number && state.login_per_signature;
}

Status Session::authenticate(ByteView pin) {
    std::uint64_t login_number = 0;
    {
        const Lock lock(mutex_);
        if (!signing_) return fail(Errc::operation_not_initialized);
        login_number = signing_->login_number;
        signing_->confirmed.reset();  // the last answer counts
    }
    JPKI_TRY_ASSIGN(auto confirmed, noted(token_->authenticate(incarnation_, pin, take_last_try())));
    const Lock lock(mutex_);
    if (signing_ && signing_->login_number == login_number) signing_->confirmed = std::move(confirmed);
    return {};
}

Status Session::sign_update(ByteView part) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(Signing * operation, signing(Step::update));
    const Status done = operation->input.update(part);
    if (!done) signing_.reset();
    return done;
}

Result<std::size_t> Session::sign_size(Step which) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN([[maybe_unused]] const Signing* operation, signing(which));
    return token_->refresh().signature_size;
}

Result<Bytes> Session::sign_with_card(Signing operation) {
    JPKI_TRY_ASSIGN(Bytes input, operation.input.finish());
    // No card takes that, so none is asked.
    if (input.empty()) return fail(Errc::data_length, "nothing to sign");
    const SignScheme scheme = *operation.input.mechanism().scheme;
    return noted(token_->sign(incarnation_, scheme, std::move(input), std::move(operation.confirmed)));
}

Result<Bytes> Session::sign_one_shot(ByteView data) {
    std::optional<Signing> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY_ASSIGN(Signing * operation, signing(Step::one_shot));
        mine = std::move(*operation);
        signing_.reset();
    }
    JPKI_TRY(mine->input.update(data));
    return sign_with_card(std::move(*mine));
}

Result<Bytes> Session::sign_final() {
    std::optional<Signing> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY_ASSIGN(Signing * operation, signing(Step::final));
        mine = std::move(*operation);
        signing_.reset();
    }
    return sign_with_card(std::move(*mine));
}

void Session::sign_end() {
    const Lock lock(mutex_);
    signing_.reset();
}

Status Session::verify_begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key,
                             std::optional<Bytes> signature) {
    {
        const Lock lock(mutex_);
        if (verifying_) return fail(Errc::operation_active);
    }
    JPKI_TRY_ASSIGN(const auto object, find_key(*token_, key));
    if (object->kind != ObjectKind::public_key) return fail(Errc::key_type_inconsistent);
    if (!mechanism.signs()) return fail(Errc::mechanism_invalid);
    const auto loaded = load(key);
    if (failed_with(loaded, Errc::object_handle_invalid)) return fail(Errc::key_handle_invalid);
    if (!loaded) return fail(loaded.error());
    const auto& public_key = (*loaded)->key->key;
    if (signature && signature->size() != public_key->size()) return fail(Errc::signature_length);
    JPKI_TRY_ASSIGN(SignatureInput input, SignatureInput::start(mechanism, public_key->size()));
    const Lock lock(mutex_);
    // Another thread may have begun one while this one read.
    if (verifying_) return fail(Errc::operation_active);
    verifying_.emplace(Verifying{std::move(input), public_key, std::move(signature), {}});
    return {};
}

Result<Session::Verifying*> Session::verifying(Step which, bool signature_first) {
    // C_Verify… and C_VerifySignature… are one slot with two entrances; the other one's calls find nothing
    // begun.
    if (verifying_ && verifying_->signature.has_value() != signature_first)
        return fail(Errc::operation_not_initialized);
    return step(verifying_, which);
}

Status Session::verify_update(ByteView part, bool signature_first) {
    const Lock lock(mutex_);
    JPKI_TRY_ASSIGN(Verifying * operation, verifying(Step::update, signature_first));
    const Status done = operation->input.update(part);
    if (!done) verifying_.reset();
    return done;
}

Status Session::check(Verifying operation, std::optional<ByteView> signature) {
    const ByteView against = signature ? *signature : ByteView(*operation.signature);
    JPKI_TRY_ASSIGN(const Bytes input, operation.input.finish());
    if (against.size() != operation.key->size()) return fail(Errc::signature_length);
    if (!verify_signature(*operation.key, *operation.input.mechanism().scheme, input, against))
        return fail(Errc::signature_invalid);
    return {};
}

Status Session::verify_one_shot(ByteView data, std::optional<ByteView> signature) {
    std::optional<Verifying> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY_ASSIGN(Verifying * operation, verifying(Step::one_shot, !signature));
        mine = std::move(*operation);
        verifying_.reset();
    }
    JPKI_TRY(mine->input.update(data));
    return check(std::move(*mine), signature);
}

Status Session::verify_final(std::optional<ByteView> signature) {
    std::optional<Verifying> mine;
    {
        const Lock lock(mutex_);
        JPKI_TRY_ASSIGN(Verifying * operation, verifying(Step::final, !signature));
        mine = std::move(*operation);
        verifying_.reset();
    }
    return check(std::move(*mine), signature);
}

void Session::verify_end() {
    const Lock lock(mutex_);
    verifying_.reset();
}

}  // namespace jpki::p11
