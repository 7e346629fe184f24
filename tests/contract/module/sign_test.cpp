// Signatures by the card, verified; a card that lies is found out.
#include <thread>

#include "crypto/x509.hpp"
#include "mechanism/digest_info.hpp"
#include "virtual/image.hpp"
#include "world.hpp"

namespace jpki::testing {

using p11::crypto::Hash;

class Signing : public World {
  protected:
    void SetUp() override {
        initialize();
        session = open(kAuth);
        ASSERT_EQ(login(session, kAuthPin), CKR_OK);
        key = find_class(session, CKO_PRIVATE_KEY);
        certificate = *p11::crypto::parse_certificate(card->image().certificate(vcard::Role::kAuthCert));
    }
    CK_SESSION_HANDLE session = 0;
    CK_OBJECT_HANDLE key = 0;
    std::shared_ptr<const p11::crypto::CertFacts> certificate;
    Bytes data = to_bytes(std::string_view("the document"));
};

TEST_F(Signing, EveryHashWholeInPartsAndOverOnesOwnDigestInfo) {
    const std::pair<CK_MECHANISM_TYPE, Hash> mechanisms[] = {{CKM_SHA1_RSA_PKCS, Hash::sha1},
                                                             {CKM_SHA224_RSA_PKCS, Hash::sha224},
                                                             {CKM_SHA256_RSA_PKCS, Hash::sha256},
                                                             {CKM_SHA384_RSA_PKCS, Hash::sha384},
                                                             {CKM_SHA512_RSA_PKCS, Hash::sha512}};
    for (const auto& [type, hash] : mechanisms) {
        Bytes whole;
        ASSERT_EQ(sign_init(session, type, key), CKR_OK);
        ASSERT_EQ(sign(session, data, whole), CKR_OK);
        const Bytes info = p11::digest_info(hash, *p11::crypto::digest(hash, data));
        EXPECT_TRUE(certificate->key->verify_pkcs1(info, whole));

        Bytes parts(256);
        CK_ULONG length = 256;
        ASSERT_EQ(sign_init(session, type, key), CKR_OK);
        ASSERT_EQ(C_SignUpdate(session, data.data(), 5), CKR_OK);
        ASSERT_EQ(C_SignUpdate(session, data.data() + 5, static_cast<CK_ULONG>(data.size() - 5)), CKR_OK);
        ASSERT_EQ(C_SignFinal(session, parts.data(), &length), CKR_OK);
        EXPECT_EQ(parts, whole);

        Bytes raw;
        ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, key), CKR_OK);
        ASSERT_EQ(sign(session, info, raw), CKR_OK);
        EXPECT_EQ(raw, whole);
    }
}

TEST_F(Signing, RsaPkcsTakesUpTo245Octets) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{245}}) {
        Bytes signature;
        ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, key), CKR_OK);
        EXPECT_EQ(sign(session, Bytes(size, 0x5A), signature), CKR_OK);
        EXPECT_TRUE(certificate->key->verify_pkcs1(Bytes(size, 0x5A), signature));
    }
    Bytes signature;
    const unsigned before = oracle().auth_key.signatures;
    ASSERT_EQ(sign_init(session, CKM_RSA_PKCS, key), CKR_OK);
    EXPECT_EQ(sign(session, Bytes(246, 0x5A), signature), CKR_DATA_LEN_RANGE);
    EXPECT_EQ(sign(session, data, signature), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(oracle().auth_key.signatures, before);
}

TEST_F(Signing, QueriesAndSmallBuffersKeepTheOperationAndMakeOneSignature) {
    const unsigned before = oracle().auth_key.signatures;
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    Bytes out(256, 0xEE);
    CK_ULONG length = 0;
    const auto size = static_cast<CK_ULONG>(data.size());
    EXPECT_EQ(C_Sign(session, data.data(), size, nullptr, &length), CKR_OK);
    EXPECT_EQ(C_Sign(session, data.data(), size, nullptr, &length), CKR_OK);
    length = 255;
    EXPECT_EQ(C_Sign(session, data.data(), size, out.data(), &length), CKR_BUFFER_TOO_SMALL);
    EXPECT_EQ(length, 256U);
    EXPECT_EQ(out, Bytes(256, 0xEE));
    EXPECT_EQ(C_Sign(session, data.data(), size, out.data(), &length), CKR_OK);
    EXPECT_EQ(oracle().auth_key.signatures, before + 1);
}

TEST_F(Signing, TheSameBufferMayBeInputAndOutput) {
    Bytes expected;
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(sign(session, data, expected), CKR_OK);
    Bytes shared(256);
    std::ranges::copy(data, shared.begin());
    CK_ULONG length = 256;
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(C_Sign(session, shared.data(), static_cast<CK_ULONG>(data.size()), shared.data(), &length),
              CKR_OK);
    EXPECT_EQ(shared, expected);
}

TEST_F(Signing, InitJudgesMechanismKeyAndParameter) {
    commands();
    EXPECT_EQ(sign_init(session, CKM_RSA_X_509, key), CKR_MECHANISM_INVALID);
    EXPECT_EQ(sign_init(session, CKM_SHA256, key), CKR_MECHANISM_INVALID);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, 0), CKR_KEY_HANDLE_INVALID);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_CERTIFICATE)),
              CKR_KEY_HANDLE_INVALID);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, find_class(session, CKO_PUBLIC_KEY)),
              CKR_KEY_TYPE_INCONSISTENT);
    CK_MECHANISM with_parameter{CKM_SHA256_RSA_PKCS, data.data(), 1};
    EXPECT_EQ(C_SignInit(session, &with_parameter, key), CKR_MECHANISM_PARAM_INVALID);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    EXPECT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_SignInit(session, nullptr, 0), CKR_OK);
    Bytes signature;
    EXPECT_EQ(sign(session, data, signature), CKR_OPERATION_NOT_INITIALIZED);
    EXPECT_EQ(commands(), 0U);
}

TEST_F(Signing, AnyErrorEndsTheOperation) {
    Bytes out(256);
    CK_ULONG length = 256;
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    EXPECT_EQ(C_Sign(session, data.data(), 1, out.data(), nullptr), CKR_ARGUMENTS_BAD);
    EXPECT_EQ(C_Sign(session, data.data(), 1, out.data(), &length), CKR_OPERATION_NOT_INITIALIZED);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(C_SignUpdate(session, data.data(), 1), CKR_OK);
    EXPECT_EQ(C_Sign(session, data.data(), 1, out.data(), &length), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_SignFinal(session, out.data(), &length), CKR_OPERATION_NOT_INITIALIZED);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    EXPECT_EQ(C_Sign(session, data.data(), 1, nullptr, &length), CKR_OK);
    EXPECT_EQ(C_SignUpdate(session, data.data(), 1), CKR_OPERATION_ACTIVE);
    EXPECT_EQ(C_SignFinal(session, out.data(), &length), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(Signing, LogoutTakesTheOperationAlong) {
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    Bytes signature;
    EXPECT_EQ(sign(session, data, signature), CKR_OPERATION_NOT_INITIALIZED);
    ASSERT_EQ(login(session, kAuthPin), CKR_OK);
    EXPECT_EQ(sign(session, data, signature), CKR_OPERATION_NOT_INITIALIZED);
}

TEST_F(Signing, SessionsSignInterleaved) {
    const CK_SESSION_HANDLE other = open(kAuth);
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(sign_init(other, CKM_SHA1_RSA_PKCS, key), CKR_OK);
    Bytes first;
    Bytes second;
    EXPECT_EQ(sign(other, data, second), CKR_OK);
    EXPECT_EQ(sign(session, data, first), CKR_OK);
    EXPECT_NE(first, second);
}

TEST_F(Signing, VerifiesInSoftwareInBothWays) {
    Bytes signature;
    ASSERT_EQ(sign_init(session, CKM_SHA256_RSA_PKCS, key), CKR_OK);
    ASSERT_EQ(sign(session, data, signature), CKR_OK);
    ASSERT_EQ(C_Logout(session), CKR_OK);
    CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
    const CK_OBJECT_HANDLE public_key = find_class(session, CKO_PUBLIC_KEY);
    const auto size = static_cast<CK_ULONG>(data.size());
    const auto verify = [&](Bytes candidate) {
        EXPECT_EQ(C_VerifyInit(session, &mechanism, public_key), CKR_OK);
        return C_Verify(session, data.data(), size, candidate.data(),
                        static_cast<CK_ULONG>(candidate.size()));
    };
    EXPECT_EQ(verify(signature), CKR_OK);
    Bytes flipped = signature;
    flipped[100] ^= 1;
    EXPECT_EQ(verify(flipped), CKR_SIGNATURE_INVALID);
    EXPECT_EQ(verify(Bytes(255)), CKR_SIGNATURE_LEN_RANGE);
    EXPECT_EQ(verify(Bytes(257)), CKR_SIGNATURE_LEN_RANGE);
    EXPECT_EQ(C_Verify(session, data.data(), size, signature.data(), 256), CKR_OPERATION_NOT_INITIALIZED);

    Bytes given = signature;
    ASSERT_EQ(C_VerifySignatureInit(session, &mechanism, public_key, given.data(), 256), CKR_OK);
    EXPECT_EQ(C_VerifyInit(session, &mechanism, public_key), CKR_OPERATION_ACTIVE);
    std::ranges::fill(given, std::uint8_t{0});
    ASSERT_EQ(C_VerifySignatureUpdate(session, data.data(), size), CKR_OK);
    EXPECT_EQ(C_VerifySignatureFinal(session), CKR_OK);
    EXPECT_EQ(C_VerifySignatureInit(session, &mechanism, public_key, given.data(), 255),
              CKR_SIGNATURE_LEN_RANGE);
    ASSERT_EQ(C_VerifySignatureInit(session, &mechanism, public_key, given.data(), 256), CKR_OK);
    EXPECT_EQ(C_VerifySignature(session, data.data(), size), CKR_SIGNATURE_INVALID);
}

class LyingCard : public World, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Lies, LyingCard, ::testing::Values("random", "zeros", "bitflip", "short", "empty"));

TEST_P(LyingCard, ItsSignatureIsNeverPassedOn) {
    ASSERT_TRUE(set("lie", GetParam()));
    initialize();
    for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
        const CK_SESSION_HANDLE session = open(slot);
        ASSERT_EQ(login(session, pin), CKR_OK);
        Bytes signature;
        EXPECT_EQ(sign_document(session, &signature), CKR_DEVICE_ERROR);
        EXPECT_TRUE(signature.empty());
        EXPECT_EQ(sign_document(session), CKR_DEVICE_ERROR);
    }
    ASSERT_TRUE(set("lie", "no"));
    EXPECT_EQ(sign_document(open(kAuth)), CKR_OK);
}

TEST_F(Signing, ManyThreadsOnTwoTokensGetTheirOwnSignatures) {
    const CK_SESSION_HANDLE signature_session = open(kSign);
    ASSERT_EQ(login(signature_session, kSignPin), CKR_OK);
    std::atomic<int> good{0};
    std::vector<std::thread> pool;
    for (int i = 0; i < 8; ++i) {
        pool.emplace_back([&good, i] {
            const CK_SESSION_HANDLE mine = open(i % 2 == 0 ? kAuth : kSign);
            for (int round = 0; round < 5; ++round) {
                if (sign_document(mine) == CKR_OK) ++good;
            }
        });
    }
    for (std::thread& thread : pool)
        thread.join();
    EXPECT_EQ(good.load(), 40);
}

}  // namespace jpki::testing
