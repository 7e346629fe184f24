#include "mechanism/mechanism_table.hpp"

#include <algorithm>
#include <array>

namespace jpki::p11 {

namespace {

using crypto::Hash;

// CKF_HW: the private-key step is in the device; pkcs11-tool --test exercises only such mechanisms.
constexpr CK_FLAGS kSigning = CKF_HW | CKF_SIGN | CKF_VERIFY;
constexpr CK_FLAGS kDigesting = CKF_DIGEST;
constexpr SignScheme kPkcs1 = SignScheme::pkcs1_v15;
constexpr SignScheme kPss = SignScheme::pss_sha256;
constexpr auto kNone = std::nullopt;

constexpr std::array kTable{
#define JPKI_OFFERED(type, hash, scheme, flags, what) Mechanism{type, hash, scheme, flags},
#define JPKI_NOT_OFFERED(type, why)
#include "mechanism/mechanisms.def"
#undef JPKI_OFFERED
#undef JPKI_NOT_OFFERED
};

}  // namespace

std::span<const Mechanism> mechanisms() noexcept { return kTable; }

const Mechanism* find_mechanism(CK_MECHANISM_TYPE type) noexcept {
    const auto* row = std::ranges::find(kTable, type, &Mechanism::type);
    return row == kTable.end() ? nullptr : row;
}

}  // namespace jpki::p11
