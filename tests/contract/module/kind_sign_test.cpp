// Under every kind of card: signatures with every mechanism that is offered, held by OpenSSL against the
// card's certificate; and that nobody else can sign at any moment in between.
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/card_memory.hpp"
#include "kinds.hpp"

namespace jpki::testing {

namespace {

struct Scheme {
    CK_MECHANISM_TYPE type;
    const char* hash;  // made by the module from the data; null: the data are what the card pads
    bool pss;
};

constexpr Scheme kSchemes[] = {
    {CKM_RSA_PKCS, nullptr, false},         {CKM_SHA1_RSA_PKCS, "SHA1", false},
    {CKM_SHA224_RSA_PKCS, "SHA224", false}, {CKM_SHA256_RSA_PKCS, "SHA256", false},
    {CKM_SHA384_RSA_PKCS, "SHA384", false}, {CKM_SHA512_RSA_PKCS, "SHA512", false},
    {CKM_RSA_PKCS_PSS, nullptr, true},      {CKM_SHA256_RSA_PKCS_PSS, "SHA256", true}};

constexpr CK_MECHANISM_TYPE kDigests[] = {CKM_SHA_1, CKM_SHA224, CKM_SHA256, CKM_SHA384, CKM_SHA512};

CK_ULONG size(const Bytes& bytes) { return static_cast<CK_ULONG>(bytes.size()); }

// By OpenSSL alone, with nothing of the module.
bool verifies_under(const Bytes& certificate, const Scheme& scheme, Bytes data, const Bytes& signature) {
    if (scheme.hash != nullptr) {
        Bytes value(EVP_MAX_MD_SIZE);
        std::size_t length = 0;
        if (EVP_Q_digest(nullptr, scheme.hash, nullptr, data.data(), data.size(), value.data(), &length) != 1)
            return false;
        value.resize(length);
        data = value;
    }
    const std::uint8_t* at = certificate.data();
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(X509_get0_pubkey(parsed), nullptr);
    const char* const named = scheme.pss ? "SHA256" : scheme.hash;
    bool good =
        EVP_PKEY_verify_init(context) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context, scheme.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1;
    if (named != nullptr)
        good = good && EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(named)) == 1;
    if (scheme.pss) good = good && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    good =
        good && EVP_PKEY_verify(context, signature.data(), signature.size(), data.data(), data.size()) == 1;
    EVP_PKEY_CTX_free(context);
    X509_free(parsed);
    return good;
}

// What a token offers, in its order.
std::vector<CK_MECHANISM_TYPE> offer(bool pss) {
    std::vector<CK_MECHANISM_TYPE> types;
    for (const Scheme& scheme : kSchemes) {
        if (pss || !scheme.pss) types.push_back(scheme.type);
    }
    types.insert(types.end(), std::begin(kDigests), std::end(kDigests));
    return types;
}

}  // namespace

class KindSign : public EveryKind {
  protected:
    static CK_RV init(CK_SESSION_HANDLE session, const Scheme& scheme) {
        CK_RSA_PKCS_PSS_PARAMS parameters{CKM_SHA256, CKG_MGF1_SHA256, 32};
        CK_MECHANISM mechanism{scheme.type, nullptr, 0};
        if (scheme.pss) mechanism = {scheme.type, &parameters, sizeof parameters};
        return C_SignInit(session, &mechanism, find_class(session, CKO_PRIVATE_KEY));
    }
    static Bytes data_for(const Scheme& scheme) {
        return scheme.type == CKM_RSA_PKCS_PSS ? Bytes(32, 0x5A) : to_bytes(std::string_view("a document"));
    }
    static CK_RV sign_in_parts(CK_SESSION_HANDLE session, Bytes data, Bytes& signature) {
        if (const CK_RV rv = C_SignUpdate(session, data.data(), 3); rv != CKR_OK) return rv;
        if (const CK_RV rv = C_SignUpdate(session, data.data() + 3, size(data) - 3); rv != CKR_OK) return rv;
        signature.assign(512, 0);
        CK_ULONG length = size(signature);
        const CK_RV rv = C_SignFinal(session, signature.data(), &length);
        signature.resize(rv == CKR_OK ? length : 0);
        return rv;
    }
};

JPKI_UNDER_EVERY_KIND(KindSign);

TEST_P(KindSign, EveryMechanismSignsWholeAndInParts) {
    for (const PurposeFacts& purpose : purposes()) {
        if (!purpose.signs()) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        const auto offered = mechanisms(purpose.slot);
        unsigned made = 0;
        for (const Scheme& scheme : kSchemes) {
            SCOPED_TRACE(scheme.type);
            if (std::ranges::find(offered, scheme.type) == offered.end()) {
                EXPECT_EQ(init(session, scheme), CKR_MECHANISM_INVALID);
                continue;
            }
            CK_MECHANISM_INFO info{};
            EXPECT_EQ(C_GetMechanismInfo(purpose.slot, scheme.type, &info), CKR_OK);
            EXPECT_EQ(info.ulMinKeySize, purpose.bits);
            EXPECT_EQ(info.ulMaxKeySize, purpose.bits);
            EXPECT_NE(info.flags & CKF_SIGN, 0U);

            Bytes data = data_for(scheme);
            Bytes signature;
            ASSERT_EQ(init(session, scheme), CKR_OK);
            CK_ULONG length = 0;
            EXPECT_EQ(C_Sign(session, data.data(), size(data), nullptr, &length), CKR_OK);
            EXPECT_EQ(length, purpose.bits / 8);
            ASSERT_EQ(sign(session, data, signature), CKR_OK);
            ASSERT_EQ(signature.size(), purpose.bits / 8);
            EXPECT_TRUE(verifies_under(certificate(purpose), scheme, data, signature));
            signature.back() ^= 1;
            EXPECT_FALSE(verifies_under(certificate(purpose), scheme, data, signature));

            ASSERT_EQ(init(session, scheme), CKR_OK);
            EXPECT_EQ(sign_in_parts(session, data, signature), CKR_OK);
            EXPECT_TRUE(verifies_under(certificate(purpose), scheme, data, signature));
            made += 2;
        }
        EXPECT_EQ(key_oracle(purpose).signatures, made);
        EXPECT_EQ(pin_oracle(purpose).failed, 0U);
    }
}

TEST_P(KindSign, PlainPkcs1TakesElevenBytesLessThanTheKeyHas) {
    for (const PurposeFacts& purpose : purposes()) {
        if (!purpose.signs()) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        const Bytes longest(purpose.bits / 8 - 11, 0x42);
        Bytes signature;
        ASSERT_EQ(init(session, kSchemes[0]), CKR_OK);
        EXPECT_EQ(sign(session, longest, signature), CKR_OK);
        EXPECT_TRUE(verifies_under(certificate(purpose), kSchemes[0], longest, signature));
        ASSERT_EQ(init(session, kSchemes[0]), CKR_OK);
        EXPECT_EQ(sign(session, Bytes(longest.size() + 1, 0x42), signature), CKR_DATA_LEN_RANGE);
        EXPECT_EQ(key_oracle(purpose).signatures, 1U);
    }
}

TEST_P(KindSign, PssIsOfferedExactlyWhereTheCardIsKnownToHaveIt) {
    for (const PurposeFacts& purpose : purposes())
        EXPECT_EQ(mechanisms(purpose.slot), offer(GetParam().pss)) << purpose.label;
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    p11::card_memory::forget_all();
    ASSERT_TRUE(set("pss", "no"));
    initialize();
    for (const PurposeFacts& purpose : purposes())
        EXPECT_EQ(mechanisms(purpose.slot), offer(false)) << purpose.label;
    EXPECT_EQ(oracle().auth_key.signatures + oracle().sign_key.signatures, 0U);
    EXPECT_EQ(verifies(), 0U);
}

TEST_P(KindSign, NobodyElseCanSignAfterAnyOperation) {
    for (const PurposeFacts& purpose : purposes()) {
        SCOPED_TRACE(purpose.label);
        token_info(purpose.slot);
        EXPECT_FALSE(second_client_can_sign());
        const CK_SESSION_HANDLE session = open(purpose.slot);
        EXPECT_EQ(login(session, purpose.wrong_pins.front()),
                  purpose.blocked ? CKR_PIN_LOCKED : CKR_PIN_INCORRECT);
        EXPECT_FALSE(second_client_can_sign());
        EXPECT_EQ(login(session, purpose.pin), purpose.blocked ? CKR_PIN_LOCKED : CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
        mechanisms(purpose.slot);
        EXPECT_FALSE(second_client_can_sign());
        if (purpose.signs()) {
            // The first lease ends by power, the second proves the logout, later ones rest on the proof.
            for (int lease = 0; lease < 3; ++lease) {
                EXPECT_EQ(sign_document(session), CKR_OK);
                EXPECT_FALSE(second_client_can_sign()) << "lease " << lease;
            }
            EXPECT_GT(get(session, find_class(session, CKO_CERTIFICATE), CKA_VALUE).size(), 700U);
            EXPECT_FALSE(second_client_can_sign());
            EXPECT_EQ(sign_document(session), CKR_OK);
        }
        EXPECT_EQ(C_Logout(session), purpose.blocked ? CKR_USER_NOT_LOGGED_IN : CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
    }
    ASSERT_EQ(C_Finalize(nullptr), CKR_OK);
    EXPECT_FALSE(second_client_can_sign());
}

TEST_P(KindSign, TheLogoutTakesTheKeyAndItsOperationAlong) {
    for (const PurposeFacts& purpose : purposes()) {
        if (!purpose.signs()) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        ASSERT_EQ(login(session, purpose.pin), CKR_OK);
        const CK_OBJECT_HANDLE key = find_class(session, CKO_PRIVATE_KEY);
        ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
        ASSERT_EQ(C_Logout(session), CKR_OK);
        Bytes signature;
        EXPECT_EQ(sign(session, Bytes{1}, signature), CKR_OPERATION_NOT_INITIALIZED);
        EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_KEY_HANDLE_INVALID);
        EXPECT_EQ(key_oracle(purpose).signatures, 0U);
        EXPECT_EQ(login(session, purpose.pin), CKR_OK);
        EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_KEY_HANDLE_INVALID);
        EXPECT_EQ(sign_document(session), CKR_OK);
    }
}

TEST_P(KindSign, AKeyWithoutItsCertificateMakesNoSignature) {
    for (const PurposeFacts& purpose : purposes()) {
        if (!purpose.certificate_missing) continue;
        SCOPED_TRACE(purpose.label);
        const CK_SESSION_HANDLE session = open(purpose.slot);
        EXPECT_EQ(login(session, purpose.pin), CKR_OK);
        Bytes signature;
        // Nothing could say whether the card's answer is right.
        EXPECT_EQ(sign_document(session, &signature), CKR_DEVICE_ERROR);
        EXPECT_TRUE(signature.empty());
        EXPECT_EQ(state(session), CKS_RO_USER_FUNCTIONS);
        // Whoever looks at the key first finds out that it is of no use.
        CK_ATTRIBUTE query{CKA_MODULUS, nullptr, 0};
        EXPECT_EQ(C_GetAttributeValue(session, find_class(session, CKO_PRIVATE_KEY), &query, 1),
                  CKR_OBJECT_HANDLE_INVALID);
        EXPECT_EQ(find_class(session, CKO_PRIVATE_KEY), CK_INVALID_HANDLE);
        EXPECT_EQ(key_oracle(purpose).signatures, 0U);
        EXPECT_EQ(pin_oracle(purpose).failed, 0U);
        EXPECT_FALSE(second_client_can_sign());
    }
}

}  // namespace jpki::testing
