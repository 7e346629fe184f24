// The module's whole command set against a card that answers only what somebody's real card was seen to
// answer: a new command is a decision, and then a row here, not an accident.
#include <gmock/gmock.h>

#include "world.hpp"

namespace jpki::testing {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Witnessed : public World {
  protected:
    // Without threads each call has its own lease, so that every way in and out is walked.
    explicit Witnessed(bool with_threads = false) {
        threads = with_threads;
        EXPECT_TRUE(set("commands", "witnessed"));
    }
    void SetUp() override { initialize(); }

    // The headers of what the card refused for want of witnesses, in hexadecimal.
    std::vector<std::string> guesses() {
        constexpr std::string_view kMark = "* UNWITNESSED ";
        std::vector<std::string> headers;
        readers.locked([&] {
            for (const std::string& line : card->log().lines()) {
                if (line.starts_with(kMark)) headers.push_back(line.substr(kMark.size()));
            }
        });
        EXPECT_EQ(headers.size(), oracle().unwitnessed);
        return headers;
    }

    static CK_RV sign_with(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, const Bytes& data,
                           Bytes& made) {
        if (const CK_RV rv = sign_init(session, type, find_class(session, CKO_PRIVATE_KEY)); rv != CKR_OK)
            return rv;
        return sign(session, data, made);
    }
};

struct TokenUse {
    CK_SLOT_ID slot;
    std::string_view pin;
    std::string_view fresh;
    std::string_view wrong;
};
constexpr TokenUse kBoth[] = {{kAuth, kAuthPin, "4321", "9999"}, {kSign, kSignPin, "XYZ789", "WRONG1"}};

TEST_F(Witnessed, ListingReadingAndCounting) {
    for (const TokenUse& token_use : kBoth) {
        token_info(token_use.slot);
        const CK_SESSION_HANDLE session = open(token_use.slot);
        EXPECT_GE(find(session).size(), 2U);
        CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
        for (const CK_OBJECT_HANDLE certificate : find(session, {{CKA_CLASS, &wanted, sizeof wanted}}))
            EXPECT_GT(get(session, certificate, CKA_VALUE).size(), 1000U);
    }
    EXPECT_THAT(guesses(), IsEmpty());
}

TEST_F(Witnessed, LoginCertificateSignaturesAndLogout) {
    for (const TokenUse& token_use : kBoth) {
        const CK_SESSION_HANDLE session = open(token_use.slot);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        EXPECT_GT(get(session, find_class(session, CKO_CERTIFICATE), CKA_VALUE).size(), 1000U);
        for (const CK_MECHANISM_TYPE type : {CKM_RSA_PKCS, CKM_SHA1_RSA_PKCS, CKM_SHA224_RSA_PKCS,
                                             CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS}) {
            Bytes made;
            EXPECT_EQ(sign_with(session, type, Bytes(type == CKM_RSA_PKCS ? 245 : 1000, 0x5A), made), CKR_OK);
            EXPECT_EQ(made.size(), 256U);
        }
        EXPECT_EQ(C_Logout(session), CKR_OK);
    }
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_THAT(guesses(), IsEmpty());
    EXPECT_FALSE(second_client_can_sign());
    EXPECT_EQ(oracle().auth_pin.failed + oracle().sign_pin.failed, 0U);
}

TEST_F(Witnessed, WithoutShortIdentifiersAsWell) {
    ASSERT_TRUE(set("sfi", "no"));
    for (const TokenUse& token_use : kBoth) {
        const CK_SESSION_HANDLE session = open(token_use.slot);
        ASSERT_EQ(login(session, token_use.pin), CKR_OK);
        EXPECT_EQ(sign_document(session), CKR_OK);
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
    EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_THAT(guesses(), IsEmpty());
    EXPECT_FALSE(second_client_can_sign());
}

TEST_F(Witnessed, WrongPinsLockedPinsAndNewPins) {
    for (const TokenUse& token_use : kBoth) {
        const CK_SESSION_HANDLE session = open(token_use.slot, true);
        EXPECT_EQ(login(session, token_use.wrong), CKR_PIN_INCORRECT);
        Bytes from = to_bytes(token_use.pin);
        Bytes to = to_bytes(token_use.fresh);
        EXPECT_EQ(C_SetPIN(session, from.data(), static_cast<CK_ULONG>(from.size()), to.data(),
                           static_cast<CK_ULONG>(to.size())),
                  CKR_OK);
        EXPECT_EQ(login(session, token_use.fresh), CKR_OK);
        EXPECT_EQ(sign_document(session), CKR_OK);
        EXPECT_EQ(C_Logout(session), CKR_OK);
        ASSERT_TRUE(
            set_tries_left(token_use.slot == kAuth ? vcard::Role::kAuthPin : vcard::Role::kSignPin, 0));
        EXPECT_EQ(login(session, token_use.fresh), CKR_PIN_LOCKED);
    }
    EXPECT_THAT(guesses(), IsEmpty());
}

// Nobody has told what the question gets before a login; it is asked when a program asks for mechanisms, and
// harmless.
TEST_F(Witnessed, BeforeALoginTheQuestionForPssIsTheOnlyGuess) {
    CK_ULONG count = 0;
    EXPECT_EQ(C_GetMechanismList(kAuth, nullptr, &count), CKR_OK);
    EXPECT_THAT(guesses(), AllOf(Not(IsEmpty()), Each(StartsWith("802A04"))));
    EXPECT_EQ(oracle().auth_key.signatures + oracle().sign_key.signatures, 0U);
}

// The login and what follows in one lease.
class WitnessedAtOnce : public Witnessed {
  protected:
    WitnessedAtOnce() : Witnessed(true) { timing.linger = std::chrono::seconds(10); }
};

TEST_F(WitnessedAtOnce, AfterALoginPssIsNoGuess) {
    const CK_SESSION_HANDLE session = open(kAuth);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    CK_RSA_PKCS_PSS_PARAMS parameters{CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_MECHANISM mechanism{CKM_RSA_PKCS_PSS, &parameters, sizeof parameters};
    ASSERT_EQ(C_SignInit(session, &mechanism, find_class(session, CKO_PRIVATE_KEY)), CKR_OK);
    Bytes made;
    EXPECT_EQ(sign(session, Bytes(32, 0x5A), made), CKR_OK);
    EXPECT_EQ(made.size(), 256U);
    EXPECT_THAT(guesses(), IsEmpty());
}

}  // namespace jpki::testing
