#include "mechanism/mechanism_table.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace jpki::p11 {
namespace {

using crypto::Hash;
using Row = std::tuple<CK_MECHANISM_TYPE, std::optional<Hash>, std::optional<SignScheme>, CK_FLAGS>;

constexpr CK_FLAGS kSigns = CKF_HW | CKF_SIGN | CKF_VERIFY;

// The whole list, in order, with everything in it: one that contains what it should may still hold zeros.
TEST(MechanismTable, IsExactlyThis) {
    const std::vector<Row> expected{
        {CKM_RSA_PKCS, std::nullopt, SignScheme::pkcs1_v15, kSigns},
        {CKM_SHA1_RSA_PKCS, Hash::sha1, SignScheme::pkcs1_v15, kSigns},
        {CKM_SHA224_RSA_PKCS, Hash::sha224, SignScheme::pkcs1_v15, kSigns},
        {CKM_SHA256_RSA_PKCS, Hash::sha256, SignScheme::pkcs1_v15, kSigns},
        {CKM_SHA384_RSA_PKCS, Hash::sha384, SignScheme::pkcs1_v15, kSigns},
        {CKM_SHA512_RSA_PKCS, Hash::sha512, SignScheme::pkcs1_v15, kSigns},
        {CKM_RSA_PKCS_PSS, std::nullopt, SignScheme::pss_sha256, kSigns},
        {CKM_SHA256_RSA_PKCS_PSS, Hash::sha256, SignScheme::pss_sha256, kSigns},
        {CKM_SHA_1, Hash::sha1, std::nullopt, CKF_DIGEST},
        {CKM_SHA224, Hash::sha224, std::nullopt, CKF_DIGEST},
        {CKM_SHA256, Hash::sha256, std::nullopt, CKF_DIGEST},
        {CKM_SHA384, Hash::sha384, std::nullopt, CKF_DIGEST},
        {CKM_SHA512, Hash::sha512, std::nullopt, CKF_DIGEST},
    };
    std::vector<Row> found;
    for (const Mechanism& mechanism : mechanisms())
        found.emplace_back(mechanism.type, mechanism.hash, mechanism.scheme, mechanism.flags);
    EXPECT_EQ(found, expected);
}

TEST(MechanismTable, FindsEveryRowAndNothingElse) {
    for (const Mechanism& mechanism : mechanisms()) {
        EXPECT_EQ(find_mechanism(mechanism.type), &mechanism);
        EXPECT_EQ(mechanism.signs(), (mechanism.flags & CKF_SIGN) != 0);
    }
    std::size_t found = 0;
    for (CK_MECHANISM_TYPE type = 0; type < 0x5000; ++type)
        found += find_mechanism(type) != nullptr ? 1U : 0U;
    EXPECT_EQ(found, mechanisms().size());
    EXPECT_EQ(find_mechanism(CK_UNAVAILABLE_INFORMATION), nullptr);
    EXPECT_EQ(find_mechanism(CKM_VENDOR_DEFINED), nullptr);
}

TEST(MechanismTable, OffersNothingTheCardCannotDo) {
    for (const CK_MECHANISM_TYPE type :
         {CKM_RSA_X_509, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA1_RSA_PKCS_PSS, CKM_RSA_PKCS_OAEP, CKM_MD5_RSA_PKCS,
          CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_ECDSA})
        EXPECT_EQ(find_mechanism(type), nullptr) << type;
}

TEST(MechanismTable, MarksWhatOnlySomeCardsDo) {
    for (const Mechanism& mechanism : mechanisms()) {
        const bool pss = mechanism.type == CKM_RSA_PKCS_PSS || mechanism.type == CKM_SHA256_RSA_PKCS_PSS;
        EXPECT_EQ(mechanism.needs_pss(), pss) << mechanism.type;
    }
}

}  // namespace
}  // namespace jpki::p11
