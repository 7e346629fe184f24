// Tells that a PIN is the one that was given before without keeping either: a hash under a key of its own,
// which stands in a page like a PIN's and dies with the token. Used by LoginState and by jobs; it never
// decides whether a PIN is right.
#pragma once

#include <cstdint>

#include "core/login.hpp"
#include "waist/random.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

// Empty: of no PIN, and equal to none.
using PinMark = Bytes;

class PinMarks {
  public:
    // Equal for equal bytes, for the life of this object. Of more than 255 bytes only their number counts,
    // because no more of them are read.
    PinMark mark(ByteView typed, Random& random);

  private:
    SecretBytes key_;
};

// What the card last said no to. Jobs look here before they send a PIN, so that one which several threads
// give at once costs one try, not one each. Thread-safe.
class RefusedPin {
  public:
    // How many refusals there have been: a call takes this along when it begins.
    [[nodiscard]] std::uint64_t count();
    // The refusal of this very PIN that came after the call had begun; nothing: it is to be sent.
    [[nodiscard]] std::optional<LoginReport> since(std::uint64_t begun, const PinMark& pin);
    // Takes note of an answer, if it was a refusal.
    void record(const PinMark& pin, const LoginReport& answer);

  private:
    Mutex mutex_;
    std::uint64_t count_ JPKI_GUARDED_BY(mutex_) = 0;
    PinMark pin_ JPKI_GUARDED_BY(mutex_);
    std::optional<LoginReport> answer_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::p11
