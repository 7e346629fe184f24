// The verification of a session (PKCS#11 3.2 §5.15), made in software; the card is asked for the key at most.
// C_Verify… and C_VerifySignature… are one operation with two entrances: the signature comes at the end, or
// at the beginning.
#pragma once

#include <memory>

#include "core/object.hpp"
#include "core/operation.hpp"
#include "mechanism/signature_input.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

class Session;

class VerifyOperation {
  public:
    explicit VerifyOperation(Session& session) : session_(session) {}

    Status begin(const Mechanism& mechanism, CK_OBJECT_HANDLE key, std::optional<Bytes> signature);
    Status update(ByteView part, bool signature_first);
    Status one_shot(ByteView data, std::optional<ByteView> signature);
    Status final(std::optional<ByteView> signature);
    // Nothing where there is nothing to end.
    void end();
    [[nodiscard]] bool active();

  private:
    struct State {
        SignatureInput input;
        std::shared_ptr<const crypto::PublicKey> key;
        std::optional<Bytes> signature;
        Progress progress;
    };
    Result<State*> current(Step which, bool signature_first) JPKI_REQUIRES(mutex_);
    static Status check(State operation, std::optional<ByteView> signature);

    Session& session_;
    Mutex mutex_;
    std::optional<State> state_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
