// One PKCS#11 session: the card it was opened on, its way to the token, and at most one search, digest,
// signature and verification at a time, each on its own and with a lock of its own.
#pragma once

#include <atomic>
#include <memory>

#include "core/digest_operation.hpp"
#include "core/search.hpp"
#include "core/sign_operation.hpp"
#include "core/verify_operation.hpp"

namespace jpki::p11 {

class Session {
  public:
    Session(CK_SLOT_ID slot, std::shared_ptr<Token> token, CardGeneration card_generation, bool rw)
        : slot_(slot), token_(std::move(token)), card_generation_(card_generation), rw_(rw) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] CK_SLOT_ID slot() const noexcept { return slot_; }
    [[nodiscard]] Token& token() const noexcept { return *token_; }
    [[nodiscard]] CardGeneration card_generation() const noexcept { return card_generation_; }
    [[nodiscard]] bool rw() const noexcept { return rw_; }
    // The card this session was opened on is still there; what has ended is dropped (Token::refresh).
    [[nodiscard]] bool check_alive() const { return token_->refresh().card_generation == card_generation_; }
    // The last status word or SCARD code that an operation of this session failed with.
    [[nodiscard]] CK_ULONG device_error() const noexcept { return device_error_; }

    [[nodiscard]] Search& search() noexcept { return search_; }
    [[nodiscard]] DigestOperation& digest() noexcept { return digest_; }
    [[nodiscard]] SignOperation& sign() noexcept { return sign_; }
    [[nodiscard]] VerifyOperation& verify() noexcept { return verify_; }
    [[nodiscard]] bool busy();

    Status log_in(ByteView pin);
    // The vendor interface's: this session's next login or change of PIN may spend the last try, or one of an
    // unknown number. That one call takes the permission, whatever comes of it; a logout ends it, too.
    void allow_last_try() { last_try_allowed_ = token_->refresh().login_number; }
    Status set_pin(ByteView old_pin, ByteView new_pin);
    Status log_out() { return token_->log_out(card_generation_); }

    // For its operations: the token's functions of these names.
    Result<std::shared_ptr<const Object>> load(CK_OBJECT_HANDLE handle);
    // Errors: key_handle_invalid; user_not_logged_in when it is there but hidden.
    [[nodiscard]] Result<std::shared_ptr<const Object>> find_key(CK_OBJECT_HANDLE handle) const;
    Result<std::shared_ptr<Confirmation>> authenticate(ByteView pin);
    Result<Bytes> sign_at_card(SignScheme scheme, Bytes input,
                               const std::shared_ptr<Confirmation>& confirmed);

  private:
    // Passes a result on, and keeps the card's word for what failed.
    template <class T>
    Result<T> recorded(Result<T> result) {
        if (!result && result.error().detail != 0) device_error_ = result.error().detail;
        return result;
    }
    LastTry take_last_try();

    CK_SLOT_ID slot_;
    std::shared_ptr<Token> token_;
    CardGeneration card_generation_;
    bool rw_;
    std::atomic<CK_ULONG> device_error_{0};
    std::atomic<std::uint64_t> last_try_allowed_{0};  // a login's number, which are from 1

    Search search_{*this};
    DigestOperation digest_{*this};
    SignOperation sign_{*this};
    VerifyOperation verify_{*this};
};

}  // namespace jpki::p11
