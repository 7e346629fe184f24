// RSASSA-PSS where the card knows it: discovered before a login where that can be, after one otherwise.
#include "crypto/x509.hpp"
#include "virtual/image/image.hpp"
#include "world.hpp"

namespace jpki::testing {

class Pss : public World {
  protected:
    static bool listed(CK_SLOT_ID slot) {
        CK_ULONG count = 0;
        EXPECT_EQ(C_GetMechanismList(slot, nullptr, &count), CKR_OK);
        std::vector<CK_MECHANISM_TYPE> types(count);
        EXPECT_EQ(C_GetMechanismList(slot, types.data(), &count), CKR_OK);
        return std::ranges::count(types, CKM_RSA_PKCS_PSS) == 1 &&
               std::ranges::count(types, CKM_SHA256_RSA_PKCS_PSS) == 1;
    }
    static CK_RV init(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_RSA_PKCS_PSS_PARAMS parameters) {
        CK_MECHANISM mechanism{type, &parameters, sizeof parameters};
        return C_SignInit(session, &mechanism, find_class(session, CKO_PRIVATE_KEY));
    }
    static constexpr CK_RSA_PKCS_PSS_PARAMS kRight{CKM_SHA256, CKG_MGF1_SHA256, 32};
};

TEST_F(Pss, IsListedForBothKeysWhenTheCardTellsItBeforeALogin) {
    initialize();
    EXPECT_TRUE(listed(kAuth));
    commands();
    EXPECT_TRUE(listed(kSign));
    EXPECT_TRUE(listed(kAuth));
    // Asked once per card; the second key only has to know whose card it is.
    EXPECT_EQ(oracle().auth_key.signatures, 0U);
    EXPECT_LE(commands(), 2U);
}

TEST_F(Pss, IsNotListedNotEvenForVerificationOnACardWithoutIt) {
    ASSERT_TRUE(set("pss", "no"));
    initialize();
    EXPECT_FALSE(listed(kAuth));
    CK_MECHANISM_INFO info{};
    EXPECT_EQ(C_GetMechanismInfo(kAuth, CKM_RSA_PKCS_PSS, &info), CKR_MECHANISM_INVALID);
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight), CKR_MECHANISM_INVALID);
}

TEST_F(Pss, UndecidedBeforeALoginIsOfferedUntilALoginDecides) {
    for (const char* const knows : {"yes", "no"}) {
        card = knows == std::string_view("yes") ? default_card() : other_persons_card();
        readers.insert(card);
        ASSERT_TRUE(set("p1-check", "after"));
        ASSERT_TRUE(set("pss", knows));
        initialize();
        EXPECT_TRUE(listed(kAuth));
        const CK_SESSION_HANDLE session = open(kAuth);
        ASSERT_EQ(login(session, kAuthPin), CKR_OK);
        // Lists do not change under a program; but it is told before it signs.
        EXPECT_TRUE(listed(kAuth));
        EXPECT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight),
                  knows == std::string_view("yes") ? CKR_OK : CKR_MECHANISM_INVALID);
        ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
        initialize();
        EXPECT_EQ(listed(kAuth), knows == std::string_view("yes"));
        EXPECT_EQ(oracle().auth_key.signatures, 0U);
        ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    }
}

TEST_F(Pss, SignaturesOfBothMechanismsVerify) {
    initialize();
    const auto certificate =
        *p11::crypto::parse_certificate(card->image().certificate(vcard::Role::kAuthCert));
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    const Bytes data = to_bytes(std::string_view("handshake"));
    const Bytes hash = *p11::crypto::digest(p11::crypto::Hash::sha256, data);
    Bytes signature;
    ASSERT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight), CKR_OK);
    ASSERT_EQ(sign(session, hash, signature), CKR_OK);
    EXPECT_TRUE(certificate->key->verify_pss_sha256(hash, signature));
    ASSERT_EQ(init(session, CKM_SHA256_RSA_PKCS_PSS, kRight), CKR_OK);
    ASSERT_EQ(sign(session, data, signature), CKR_OK);
    EXPECT_TRUE(certificate->key->verify_pss_sha256(hash, signature));

    CK_RSA_PKCS_PSS_PARAMS parameters = kRight;
    CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS_PSS, &parameters, sizeof parameters};
    ASSERT_EQ(C_VerifyInit(session, &mechanism, find_class(session, CKO_PUBLIC_KEY)), CKR_OK);
    Bytes copy = data;
    EXPECT_EQ(C_Verify(session, copy.data(), static_cast<CK_ULONG>(copy.size()), signature.data(), 256),
              CKR_OK);
    EXPECT_EQ(oracle().auth_key.by_p1[4], 2U);
}

TEST_F(Pss, TheSignatureKeyIsOfferedItEvenWhenAskedAfterItsLogin) {
    initialize();
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight), CKR_OK);
    Bytes signature;
    EXPECT_EQ(sign(session, Bytes(32, 7), signature), CKR_OK);
    EXPECT_EQ(oracle().sign_pin.verifies, 1U);
    EXPECT_EQ(oracle().auth_key.signatures, 0U);
}

TEST_F(Pss, OnlyTheCardsOwnParametersAreTaken) {
    initialize();
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(init(session, CKM_RSA_PKCS_PSS, {CKM_SHA384, CKG_MGF1_SHA256, 32}),
              CKR_MECHANISM_PARAM_INVALID);
    EXPECT_EQ(init(session, CKM_RSA_PKCS_PSS, {CKM_SHA256, CKG_MGF1_SHA1, 32}), CKR_MECHANISM_PARAM_INVALID);
    EXPECT_EQ(init(session, CKM_RSA_PKCS_PSS, {CKM_SHA256, CKG_MGF1_SHA256, 20}),
              CKR_MECHANISM_PARAM_INVALID);
    EXPECT_EQ(sign_init(session, CKM_RSA_PKCS_PSS, find_class(session, CKO_PRIVATE_KEY)),
              CKR_MECHANISM_PARAM_INVALID);
    Bytes signature;
    ASSERT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight), CKR_OK);
    EXPECT_EQ(sign(session, Bytes(31, 1), signature), CKR_DATA_LEN_RANGE);
    ASSERT_EQ(init(session, CKM_RSA_PKCS_PSS, kRight), CKR_OK);
    EXPECT_EQ(sign(session, Bytes(33, 1), signature), CKR_DATA_LEN_RANGE);
}

}  // namespace jpki::testing
