// The mechanisms that a JPKI token offers, as data. What is not a row does not exist: the default answer to
// any mechanism is "invalid".
#pragma once

#include <optional>
#include <span>

#include "crypto/digest.hpp"
#include "jpki/cryptoki.h"
#include "waist/card_port.hpp"

namespace jpki::p11 {

struct Mechanism {
    CK_MECHANISM_TYPE type;
    std::optional<crypto::Hash> hash;  // what is hashed here before the card signs, or the digest itself
    std::optional<SignScheme> scheme;  // nothing: a digest
    CK_FLAGS flags;                    // of CK_MECHANISM_INFO

    [[nodiscard]] bool signs() const noexcept { return scheme.has_value(); }
    // Offered only by cards that were found to know it; listed otherwise, TLS would choose it and fail.
    [[nodiscard]] bool needs_pss() const noexcept { return scheme == SignScheme::pss_sha256; }
};

// In the order C_GetMechanismList reports them; which of them a card offers, its Token says.
std::span<const Mechanism> mechanisms() noexcept;

// Null for a mechanism that is not offered.
const Mechanism* find_mechanism(CK_MECHANISM_TYPE type) noexcept;

}  // namespace jpki::p11
