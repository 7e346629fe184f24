#include "mechanism/signature_input.hpp"

#include <gtest/gtest.h>

#include "mechanism/digest_info.hpp"
#include "test_pki.hpp"

namespace jpki::p11 {
namespace {

constexpr std::size_t kKey = 256;

SignatureInput start(CK_MECHANISM_TYPE type, std::size_t key_size = kKey) {
    auto input = SignatureInput::start(*find_mechanism(type), key_size);
    EXPECT_TRUE(input);
    return std::move(*input);
}

TEST(SignatureInput, OfRsaPkcsIsTheMessageItself) {
    SignatureInput input = start(CKM_RSA_PKCS);
    EXPECT_EQ(input.mechanism().type, CKM_RSA_PKCS);
    EXPECT_TRUE(input.update(Bytes{1, 2}));
    EXPECT_TRUE(input.update({}));
    EXPECT_TRUE(input.update(Bytes{3}));
    EXPECT_EQ(input.finish(), (Bytes{1, 2, 3}));
}

TEST(SignatureInput, OfNothingIsNothing) { EXPECT_EQ(start(CKM_RSA_PKCS).finish(), Bytes{}); }

TEST(SignatureInput, OfRsaPkcsEndsElevenBytesBelowTheModulus) {
    SignatureInput exact = start(CKM_RSA_PKCS);
    EXPECT_TRUE(exact.update(Bytes(245, 7)));
    EXPECT_TRUE(exact.update({}));
    EXPECT_TRUE(failed_with(exact.update(Bytes{7}), Errc::data_length));
    EXPECT_EQ(exact.finish()->size(), 245U) << "a refused part is not half taken";

    SignatureInput over = start(CKM_RSA_PKCS);
    EXPECT_TRUE(failed_with(over.update(Bytes(246, 7)), Errc::data_length));

    SignatureInput small = start(CKM_RSA_PKCS, 128);
    EXPECT_TRUE(small.update(Bytes(117, 7)));
    EXPECT_TRUE(failed_with(small.update(Bytes(1, 7)), Errc::data_length));
}

TEST(SignatureInput, OfAKeyTooSmallForAnythingIsEmpty) {
    SignatureInput tiny = start(CKM_RSA_PKCS, 11);
    EXPECT_TRUE(failed_with(tiny.update(Bytes(1, 7)), Errc::data_length));
    SignatureInput none = start(CKM_RSA_PKCS, 0);
    EXPECT_TRUE(failed_with(none.update(Bytes(1, 7)), Errc::data_length));
}

TEST(SignatureInput, OfAHashingMechanismIsADigestInfo) {
    for (const Mechanism& mechanism : mechanisms()) {
        if (!mechanism.signs() || !mechanism.hash || mechanism.needs_pss()) continue;
        SignatureInput input = start(mechanism.type);
        EXPECT_TRUE(input.update(Bytes(300, 'a'))) << "longer than the modulus is no matter";
        EXPECT_TRUE(input.update(Bytes(3, 'b')));
        Bytes message(300, 'a');
        message.resize(303, 'b');
        EXPECT_EQ(input.finish(), digest_info(*mechanism.hash, *crypto::digest(*mechanism.hash, message)));
    }
}

TEST(SignatureInput, OfPssIsTheHashAlone) {
    SignatureInput input = start(CKM_SHA256_RSA_PKCS_PSS);
    EXPECT_TRUE(input.update(Bytes(200, 'a')));
    EXPECT_TRUE(input.update(Bytes(200, 'b')));
    Bytes message(200, 'a');
    message.resize(400, 'b');
    EXPECT_EQ(input.finish(), *crypto::digest(crypto::Hash::sha256, message));
}

TEST(SignatureInput, OfBarePssIsExactlyAHash) {
    SignatureInput exact = start(CKM_RSA_PKCS_PSS);
    EXPECT_TRUE(exact.update(Bytes(31, 1)));
    EXPECT_TRUE(exact.update(Bytes(1, 2)));
    EXPECT_TRUE(failed_with(exact.update(Bytes(1, 3)), Errc::data_length));
    EXPECT_EQ(exact.finish()->size(), 32U);
    SignatureInput little = start(CKM_RSA_PKCS_PSS);
    EXPECT_TRUE(little.update(Bytes(31, 1)));
    EXPECT_TRUE(failed_with(little.finish(), Errc::data_length));
    EXPECT_TRUE(failed_with(start(CKM_RSA_PKCS_PSS).finish(), Errc::data_length));
}

TEST(VerifySignature, UsesTheSchemesOwnCheck) {
    using namespace testing;
    const auto key = *crypto::PublicKey::from_spki(spki_of(common_key()));
    const Bytes digest(32, 0x11);
    const Bytes pkcs1 = raw_sign(common_key(), pkcs1_block(digest, kKey));
    const Bytes pss = pss_sign(common_key(), digest, 32);
    EXPECT_TRUE(verify_signature(*key, SignScheme::pkcs1_v15, digest, pkcs1));
    EXPECT_TRUE(verify_signature(*key, SignScheme::pss_sha256, digest, pss));
    EXPECT_FALSE(verify_signature(*key, SignScheme::pkcs1_v15, digest, pss));
    EXPECT_FALSE(verify_signature(*key, SignScheme::pss_sha256, digest, pkcs1));
    EXPECT_FALSE(verify_signature(*key, static_cast<SignScheme>(9), digest, pkcs1));
}

}  // namespace
}  // namespace jpki::p11
