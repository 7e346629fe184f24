// The order of calls within one digest, signature or verification (PKCS#11 3.2 §§5.2, 5.12 to 5.15), stated
// once: a one-shot call and multi-part calls do not mix, asking for a length keeps the operation, and every
// other return of a finishing call ends it.
#pragma once

#include <cstdint>

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

}  // namespace jpki::p11
