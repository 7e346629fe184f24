// A password for every signature, and logins that end by themselves.
#include <thread>

#include "world.hpp"

namespace jpki::testing {

class Confirm : public World {
  protected:
    void SetUp() override {
        config.confirm = p11::Confirm::every_signature;
        initialize();
        session = open(kSign);
    }
    CK_RV confirm(std::string_view pin) {
        Bytes copy = to_bytes(pin);
        return C_Login(session, CKU_CONTEXT_SPECIFIC, copy.data(), static_cast<CK_ULONG>(copy.size()));
    }
    CK_RV begin() { return sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)); }
    CK_RV end() {
        Bytes signature;
        return sign(session, Bytes{1, 2, 3}, signature);
    }
    CK_SESSION_HANDLE session = 0;
};

TEST_F(Confirm, IsAdvertisedOnTheSignatureKeyAlone) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    EXPECT_EQ(get(session, find_class(session, CKO_PRIVATE_KEY), CKA_ALWAYS_AUTHENTICATE), Bytes{CK_TRUE});
    const CK_SESSION_HANDLE other = open(kAuth);
    ASSERT_EQ(login(other, kAuthPin), CKR_OK);
    EXPECT_EQ(get(other, find_class(other, CKO_PRIVATE_KEY), CKA_ALWAYS_AUTHENTICATE), Bytes{CK_FALSE});
}

TEST_F(Confirm, TheLoginCountsForTheFirstSignatureAndNoFurther) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(end(), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(end(), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(end(), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(state(session), CKS_RO_USER_FUNCTIONS);
    EXPECT_EQ(oracle().sign_key.signatures, 1U);
}

TEST_F(Confirm, EachFurtherSignatureTakesItsOwnPassword) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(end(), CKR_OK);
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(begin(), CKR_OK);
        ASSERT_EQ(confirm(kSignPin), CKR_OK);
        CK_ULONG length = 0;
        CK_BYTE data = 1;
        EXPECT_EQ(C_Sign(session, &data, 1, nullptr, &length), CKR_OK);
        EXPECT_EQ(confirm(kSignPin), CKR_OK);
        EXPECT_EQ(end(), CKR_OK);
    }
    EXPECT_EQ(oracle().sign_key.signatures, 3U);
}

TEST_F(Confirm, AWrongPasswordLeavesTheOperationWaiting) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(end(), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    EXPECT_EQ(confirm("WRONG1"), CKR_PIN_INCORRECT);
    EXPECT_EQ(state(session), CKS_RO_USER_FUNCTIONS);
    EXPECT_EQ(confirm(kSignPin), CKR_OK);
    EXPECT_EQ(end(), CKR_OK);
}

TEST_F(Confirm, NothingWaitsNothingIsSent) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    commands();
    EXPECT_EQ(confirm(kSignPin), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Confirm, TokenInfoBetweenPasswordAndSignatureSendsNothing) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(end(), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(confirm(kSignPin), CKR_OK);
    commands();
    token_info(kSign);
    EXPECT_EQ(commands(), 0U);
    EXPECT_EQ(end(), CKR_OK);
}

TEST_F(Confirm, TheCertificateStaysReadableAfterThePasswordIsSpent) {
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(begin(), CKR_OK);
    ASSERT_EQ(end(), CKR_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(180));
    CK_BYTE id = 0x02;
    CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
    const auto found = find(session, {{CKA_ID, &id, 1}, {CKA_CLASS, &wanted, sizeof wanted}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(get(session, found[0], CKA_VALUE).size(), 1810U);
}

class Idle : public World {};

TEST_F(Idle, ALoginThatNobodyUsesEnds) {
    config.sign_idle = std::chrono::milliseconds(700);
    initialize();
    const CK_SESSION_HANDLE signature = open(kSign);
    const CK_SESSION_HANDLE authentication = open(kAuth);
    ASSERT_EQ(login(signature, kSignPin), CKR_OK);
    ASSERT_EQ(login(authentication, kAuthPin), CKR_OK);
    const CK_OBJECT_HANDLE key = find_class(signature, CKO_PRIVATE_KEY);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    EXPECT_EQ(state(signature), CKS_RO_USER_FUNCTIONS);
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    EXPECT_EQ(state(signature), CKS_RO_PUBLIC_SESSION);
    EXPECT_EQ(sign_init(signature, CKM_SHA256_RSA_PKCS, key), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(sign_document(authentication), CKR_OK);
    EXPECT_EQ(login(signature, kSignPin), CKR_OK);
}

}  // namespace jpki::testing
