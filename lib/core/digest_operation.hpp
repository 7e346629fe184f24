// The digest of a session (PKCS#11 3.2 §5.12), made in software. Sizes come first, then the finishing call,
// so that the two-call rule stays in lib/entry.
#pragma once

#include "core/operation.hpp"
#include "crypto/digest.hpp"
#include "jpki/cryptoki.h"
#include "mechanism/mechanism_table.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

class Session;

class DigestOperation {
  public:
    explicit DigestOperation(Session& session) : session_(session) {}

    Status begin(const Mechanism& mechanism);
    Status update(ByteView part);
    Status key(CK_OBJECT_HANDLE handle);
    Result<std::size_t> size(Step which);
    Result<Bytes> one_shot(ByteView data);
    Result<Bytes> final();
    // Nothing where there is nothing to end.
    void end();
    [[nodiscard]] bool active();

  private:
    struct State {
        crypto::Digest digest;
        Progress progress;
    };
    Session& session_;
    Mutex mutex_;
    std::optional<State> state_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
