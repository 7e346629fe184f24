// The signature of a session (PKCS#11 3.2 §5.13): the input is gathered here, the card signs. Its lock is
// never held during card access; sizes come first, then the finishing call.
#pragma once

#include <memory>

#include "core/operation.hpp"
#include "core/token.hpp"
#include "mechanism/signature_input.hpp"

namespace jpki::p11 {

class Session;

class SignOperation {
  public:
    explicit SignOperation(Session& session) : session_(session) {}

    Status begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key);
    Status update(ByteView part);
    Result<std::size_t> size(Step which);
    Result<Bytes> one_shot(ByteView data);
    Result<Bytes> final();
    // Nothing where there is nothing to end.
    void end();
    [[nodiscard]] bool active();

    [[nodiscard]] bool awaits_login();
    // A context-specific login for the signature under way. Errors: operation_not_initialized when none waits
    // for one.
    Status authenticate(ByteView pin);

  private:
    struct State {
        SignatureInput input;
        std::uint64_t login_number;
        Progress progress;
        CK_OBJECT_HANDLE key;
        std::shared_ptr<Confirmation> confirmed;  // by a context-specific login
    };
    Result<State*> current(Step which) JPKI_REQUIRES(mutex_);
    Result<Bytes> send(State operation);

    Session& session_;
    Mutex mutex_;
    std::optional<State> state_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
