// How many commands each act costs the card: a figure that may fall and must not grow. Counted on the default
// image and on one without short file identifiers; the counter, the identity and the check of every signature
// are in it. So is the logout of a program's first login: another application is selected, and that this is
// enough is proven at once (ADR 0005), which takes two commands more than a card that is known, or three
// without short identifiers.
#include "world.hpp"

// After cryptoki.h, which it builds on.
#include "jpki/jpki_pkcs11.h"

namespace jpki::testing {

struct Budget {
    const char* sfi;
    std::size_t token_info_both;
    std::size_t status_both;
    std::size_t token_info_and_certificate;
    std::size_t authentication_signature;  // with the logout
    std::size_t signature_signature;       // with the logout
};

class BudgetTest : public World, public ::testing::WithParamInterface<Budget> {
  protected:
    void SetUp() override {
        ASSERT_TRUE(set("sfi", GetParam().sfi));
        initialize();
    }
    // Ends the lease and the login with it, so that the logout is counted.
    std::size_t commands_to_the_end() {
        EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
        return commands();
    }
};

INSTANTIATE_TEST_SUITE_P(Cold, BudgetTest,
                         ::testing::Values(Budget{"yes", 4, 4, 9, 7 + 3, 8 + 3},
                                           Budget{"no", 8, 8, 12, 11 + 4, 13 + 4}),
                         [](const auto& tested) { return std::string("Sfi_") + tested.param.sfi; });

TEST_P(BudgetTest, ListingReadersSendsNothing) {
    EXPECT_EQ(slots().size(), 2U);
    CK_SLOT_INFO seen{};
    EXPECT_EQ(C_GetSlotInfo(kAuth, &seen), CKR_OK);
    EXPECT_EQ(C_GetSlotInfo(kSign, &seen), CKR_OK);
    EXPECT_EQ(commands(), 0U);
}

TEST_P(BudgetTest, TokenInfoOfBoth) {
    token_info(kAuth);
    token_info(kSign);
    EXPECT_LE(commands(), GetParam().token_info_both);
    // Both asked for their counters all the same.
    EXPECT_EQ(oracle().auth_pin.queries, 1U);
    EXPECT_EQ(oracle().sign_pin.queries, 1U);
}

// What `jpki status` asks: the end of the certificate costs nothing that the identity did not bring, and each
// counter is asked once.
TEST_P(BudgetTest, TriesAndValidityOfBoth) {
    CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = nullptr;
    ASSERT_EQ(C_GetInterface(name, nullptr, &found, 0), CKR_OK);
    for (const CK_SLOT_ID slot : {kAuth, kSign}) {
        JPKI_TOKEN_STATUS status{};
        status.ulSize = sizeof status;
        const auto* list = static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
        EXPECT_EQ(list->JPKI_GetTokenStatus(slot, &status), CKR_OK);
        EXPECT_EQ(status.ulNotAfter != 0, slot == kAuth) << "the other is behind its password";
        token_info(slot);
    }
    EXPECT_LE(commands(), GetParam().status_both);
    EXPECT_EQ(oracle().auth_pin.queries, 1U);
    EXPECT_EQ(oracle().sign_pin.queries, 1U);
}

TEST_P(BudgetTest, TokenInfoAndAuthenticationCertificate) {
    token_info(kAuth);
    const CK_SESSION_HANDLE session = open(kAuth);
    const Bytes der = get(session, find_class(session, CKO_CERTIFICATE), CKA_VALUE);
    EXPECT_EQ(der.size(), 1581U);
    EXPECT_LE(commands(), GetParam().token_info_and_certificate);
}

TEST_P(BudgetTest, OneSignatureWithTheAuthenticationKey) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(sign_document(session), CKR_OK);
    EXPECT_LE(commands_to_the_end(), GetParam().authentication_signature);
    EXPECT_EQ(oracle().auth_pin.queries, 1U);
}

TEST_P(BudgetTest, OneSignatureWithTheSignatureKey) {
    const CK_SESSION_HANDLE session = open(kSign);
    ASSERT_EQ(login(session, kSignPin), CKR_OK);
    ASSERT_EQ(sign_document(session), CKR_OK);
    EXPECT_LE(commands_to_the_end(), GetParam().signature_signature);
    EXPECT_EQ(oracle().sign_pin.queries, 1U);
}

TEST_P(BudgetTest, FurtherSignaturesOfABurstCostOneEach) {
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        ASSERT_EQ(sign_document(session), CKR_OK);
        commands();
        for (int i = 0; i < 5; ++i)
            ASSERT_EQ(sign_document(session), CKR_OK);
        EXPECT_EQ(commands(), 5U);
    }
}

TEST_P(BudgetTest, AnUnchangedCardCostsNothingOnFurtherListings) {
    token_info(kAuth);
    token_info(kSign);
    const CK_SESSION_HANDLE session = open(kAuth);
    find(session);
    commands();
    for (int i = 0; i < 20; ++i) {
        slots();
        token_info(kAuth);
        token_info(kSign);
        find(session);
    }
    EXPECT_EQ(commands(), 0U);
}

TEST_P(BudgetTest, ALengthQuerySendsNothing) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PRIVATE_KEY)), CKR_OK);
    commands();
    CK_BYTE data[3] = {1, 2, 3};
    CK_ULONG length = 0;
    EXPECT_EQ(C_Sign(session, data, sizeof data, nullptr, &length), CKR_OK);
    EXPECT_EQ(length, 256U);
    EXPECT_EQ(commands(), 0U);
}

}  // namespace jpki::testing
