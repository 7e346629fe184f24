// The order of calls within one digest, signature or verification (PKCS#11 3.2 §§5.2, 5.12 to 5.15), stated
// once: a one-shot call and multi-part calls do not mix, asking for a length keeps the operation, and every
// other return of a finishing call ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "waist/result.hpp"

namespace jpki::p11 {

enum class Step : std::uint8_t { one_shot, update, final };

class Progress {
  public:
    // False: this step does not follow what came before (CKR_OPERATION_ACTIVE, and the operation ends).
    [[nodiscard]] bool take(Step step) noexcept {
        const Kind wanted = step == Step::one_shot ? Kind::one_shot : Kind::multi_part;
        if (kind_ != Kind::fresh && kind_ != wanted) return false;
        kind_ = wanted;
        return true;
    }

  private:
    enum class Kind : std::uint8_t { fresh, one_shot, multi_part };
    Kind kind_ = Kind::fresh;
};

// What is under way, for its next step. T has a Progress.
template <class T>
Result<T*> step(std::optional<T>& operation, Step which) {
    if (!operation) return fail(Errc::operation_not_initialized);
    if (!operation->progress.take(which)) {
        operation.reset();
        return fail(Errc::operation_active, "one-shot and multi-part calls do not mix");
    }
    return &*operation;
}

// Takes it out, so that whatever comes next ends it.
template <class T>
T taken(std::optional<T>& operation) {
    T out = std::move(*operation);
    operation.reset();
    return out;
}

}  // namespace jpki::p11
