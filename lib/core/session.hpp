// One PKCS#11 session: at most one search, digest, signature and verification at a time, each on its own. Its
// lock is never held during card access. Sizes come first (…_size), then the finishing call, so that the
// two-call rule stays in lib/entry.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>

#include "core/operation.hpp"
#include "core/token.hpp"
#include "mechanism/signature_input.hpp"

namespace jpki::p11 {

// One entry of a search template.
struct Criterion {
    CK_ATTRIBUTE_TYPE type;
    std::optional<Bytes> value;  // nothing: one that no attribute has
};

class Session {
  public:
    Session(CK_SLOT_ID slot, std::shared_ptr<Token> token, Incarnation incarnation, bool rw)
        : slot_(slot), token_(std::move(token)), incarnation_(incarnation), rw_(rw) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] CK_SLOT_ID slot() const noexcept { return slot_; }
    [[nodiscard]] Token& token() const noexcept { return *token_; }
    [[nodiscard]] Incarnation incarnation() const noexcept { return incarnation_; }
    [[nodiscard]] bool rw() const noexcept { return rw_; }
    // The card this session was opened on is still there.
    [[nodiscard]] bool alive() const { return token_->refresh().incarnation == incarnation_; }
    // The last status word or SCARD code that an operation of this session failed with.
    [[nodiscard]] CK_ULONG device_error() const noexcept { return device_error_; }

    Status log_in(ByteView pin);
    // The vendor interface's: this session's next login or change of PIN may spend the last try, or one of an
    // unknown number. That one call takes the permission, whatever comes of it; a logout ends it, too.
    void allow_last_try() { last_try_allowed_ = token_->refresh().login_number; }
    // A context-specific login for the signature under way. Errors: operation_not_initialized when none waits
    // for one.
    Status authenticate(ByteView pin);
    [[nodiscard]] bool awaits_confirmation();
    Status set_pin(ByteView old_pin, ByteView new_pin);
    Status log_out() { return token_->log_out(incarnation_); }
    Result<std::shared_ptr<const Object>> load(CK_OBJECT_HANDLE handle);

    // Errors: operation_active; those of loading what the template asks about.
    Status find_begin(const std::vector<Criterion>& criteria);
    Result<std::vector<CK_OBJECT_HANDLE>> find_next(std::size_t at_most);
    Status find_end();

    Status digest_begin(const Mechanism& mechanism);
    Status digest_update(ByteView part);
    Status digest_key(CK_OBJECT_HANDLE handle);
    Result<std::size_t> digest_size(Step which);
    Result<Bytes> digest_one_shot(ByteView data);
    Result<Bytes> digest_final();
    // Each of these is nothing where there is nothing to end.
    void digest_end();

    Status sign_begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key);
    Status sign_update(ByteView part);
    Result<std::size_t> sign_size(Step which);
    Result<Bytes> sign_one_shot(ByteView data);
    Result<Bytes> sign_final();
    void sign_end();

    // With `signature` at the beginning (C_VerifySignatureInit) or at the end (C_Verify, C_VerifyFinal).
    Status verify_begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key, std::optional<Bytes> signature);
    Status verify_update(ByteView part, bool signature_first);
    Status verify_one_shot(ByteView data, std::optional<ByteView> signature);
    Status verify_final(std::optional<ByteView> signature);
    void verify_end();

    [[nodiscard]] bool busy();

  private:
    struct Search {
        std::deque<CK_OBJECT_HANDLE> found;
        std::uint64_t login_number;
    };
    struct Hashing {
        crypto::Digest digest;
        Progress progress;
    };
    struct Signing {
        SignatureInput input;
        std::uint64_t login_number;
        Progress progress;
        CK_OBJECT_HANDLE key;
        std::shared_ptr<Confirmation> confirmed;  // by a context-specific login
    };
    struct Verifying {
        SignatureInput input;
        std::shared_ptr<const crypto::PublicKey> key;
        std::optional<Bytes> signature;
        Progress progress;
    };

    template <class T>
    Result<T> noted(Result<T> result) {
        if (!result && result.error().detail != 0) device_error_ = result.error().detail;
        return result;
    }
    template <class T>
    Result<T*> step(std::optional<T>& operation, Step which) JPKI_REQUIRES(mutex_);
    Result<Signing*> signing(Step which) JPKI_REQUIRES(mutex_);
    Result<Verifying*> verifying(Step which, bool signature_first) JPKI_REQUIRES(mutex_);
    Result<bool> matches(const std::shared_ptr<const Object>& object, const std::vector<Criterion>& criteria);
    Result<Bytes> sign_with_card(Signing operation);
    LastTry take_last_try();
    static Status check(Verifying operation, std::optional<ByteView> signature);

    CK_SLOT_ID slot_;
    std::shared_ptr<Token> token_;
    Incarnation incarnation_;
    bool rw_;
    std::atomic<CK_ULONG> device_error_{0};
    std::atomic<std::uint64_t> last_try_allowed_{0};  // a login's number, which are from 1

    Mutex mutex_;
    std::optional<Search> search_ JPKI_GUARDED_BY(mutex_);
    std::optional<Hashing> hashing_ JPKI_GUARDED_BY(mutex_);
    std::optional<Signing> signing_ JPKI_GUARDED_BY(mutex_);
    std::optional<Verifying> verifying_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
