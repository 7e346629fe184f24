// The other families, recognised by their token information: the same module, nothing in lib/ knows them.
#include "crypto/x509.hpp"
#include "virtual/image.hpp"
#include "world.hpp"

namespace jpki::testing {

class Juki : public World {
  protected:
    void SetUp() override {
        card = juki_card();
        readers.insert(card);
        initialize();
    }
};

TEST_F(Juki, HasTheSignatureTokenOnly) {
    CK_TOKEN_INFO info{};
    EXPECT_EQ(C_GetTokenInfo(kAuth, &info), CKR_TOKEN_NOT_RECOGNIZED);
    const CK_TOKEN_INFO signature = token_info(kSign);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(signature.model), 16), "Juki Card       ");
    EXPECT_EQ(signature.ulMinPinLen, 4U);
    EXPECT_EQ(slots(), std::vector<CK_SLOT_ID>{kSign});
}

TEST_F(Juki, SignsWithItsShortKeyAndIsLeftLoggedOut) {
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    const auto certificate =
        *p11::crypto::parse_certificate(card->image().certificate(vcard::Role::kSignCert));
    const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
    Bytes signature;
    ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(sign(session, Bytes(117, 0x42), signature), CKR_OK);
    EXPECT_EQ(signature.size(), 128U);
    EXPECT_TRUE(certificate->key->verify_pkcs1(Bytes(117, 0x42), signature));
    ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, key), CKR_OK);
    EXPECT_EQ(sign(session, Bytes(118, 0x42), signature), CKR_DATA_LEN_RANGE);
    EXPECT_FALSE(second_client_can_sign());
}

class Phone : public World, public ::testing::WithParamInterface<bool> {
  protected:
    void SetUp() override {
        card = GetParam() ? android_card() : iphone_card();
        readers.insert(card);
        initialize();
    }
};
INSTANTIATE_TEST_SUITE_P(Kinds, Phone, ::testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Android" : "Iphone"; });

TEST_P(Phone, ShowsNoUserCertificateBeforeALoginAndSaysSo) {
    const CK_SESSION_HANDLE session = open(kAuth);
    const CK_TOKEN_INFO info = token_info(kAuth);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(info.model), 16),
              GetParam() ? "JPKI Android    " : "JPKI iPhone     ");
    CK_BYTE id = 0x01;
    EXPECT_TRUE(find(session, {{CKA_ID, &id, 1}}).empty());
    CK_OBJECT_CLASS wanted = CKO_PROFILE;
    EXPECT_EQ(find(session, {{CKA_CLASS, &wanted, sizeof wanted}}).size(), 3U);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(find(session, {{CKA_ID, &id, 1}}).size(), 3U);
}

TEST_P(Phone, SignsWithBothKeys) {
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        EXPECT_EQ(sign_document(session), CKR_OK);
        ASSERT_EQ(C_Logout(session), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
        ASSERT_EQ(login(session, pin), CKR_OK);
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
}

}  // namespace jpki::testing
