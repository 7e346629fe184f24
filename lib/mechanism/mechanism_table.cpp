#include "mechanism/mechanism_table.hpp"

#include <algorithm>
#include <array>

namespace jpki::p11 {

namespace {

using crypto::Hash;

// CKF_HW: the private-key step is in the device; pkcs11-tool --test exercises only such mechanisms.
constexpr CK_FLAGS kSigning = CKF_HW | CKF_SIGN | CKF_VERIFY;
constexpr SignScheme kPkcs1 = SignScheme::pkcs1_v15;

constexpr std::array<Mechanism, 13> kTable{{
    {CKM_RSA_PKCS, std::nullopt, kPkcs1, kSigning},
    {CKM_SHA1_RSA_PKCS, Hash::sha1, kPkcs1, kSigning},
    {CKM_SHA224_RSA_PKCS, Hash::sha224, kPkcs1, kSigning},
    {CKM_SHA256_RSA_PKCS, Hash::sha256, kPkcs1, kSigning},
    {CKM_SHA384_RSA_PKCS, Hash::sha384, kPkcs1, kSigning},
    {CKM_SHA512_RSA_PKCS, Hash::sha512, kPkcs1, kSigning},
    {CKM_RSA_PKCS_PSS, std::nullopt, SignScheme::pss_sha256, kSigning},
    {CKM_SHA256_RSA_PKCS_PSS, Hash::sha256, SignScheme::pss_sha256, kSigning},
    {CKM_SHA_1, Hash::sha1, std::nullopt, CKF_DIGEST},
    {CKM_SHA224, Hash::sha224, std::nullopt, CKF_DIGEST},
    {CKM_SHA256, Hash::sha256, std::nullopt, CKF_DIGEST},
    {CKM_SHA384, Hash::sha384, std::nullopt, CKF_DIGEST},
    {CKM_SHA512, Hash::sha512, std::nullopt, CKF_DIGEST},
}};

}  // namespace

std::span<const Mechanism> mechanisms() noexcept { return kTable; }

const Mechanism* find_mechanism(CK_MECHANISM_TYPE type) noexcept {
    const auto* row = std::ranges::find(kTable, type, &Mechanism::type);
    return row == kTable.end() ? nullptr : row;
}

}  // namespace jpki::p11
