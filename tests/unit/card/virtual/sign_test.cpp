// COMPUTE DIGITAL SIGNATURE: every P1 checked with the public key of the card's own certificate.
#include <algorithm>

#include "openssl_help.hpp"
#include "test_card.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::test {
namespace {

struct SignCard : JpkiCard {
    SignCard() {
        sw(kVerifyAuth);
        sw(kVerifySign);
    }
    // By short identifier: 97 authentication, 9A signature.
    std::string command(unsigned p1, unsigned p2, const Bytes& input) {
        Bytes header{0x80, 0x2A, static_cast<std::uint8_t>(p1), static_cast<std::uint8_t>(p2),
                     static_cast<std::uint8_t>(input.size())};
        append(header, input);
        header.push_back(0);
        return to_hex(header);
    }
    Bytes sign(unsigned p1, unsigned p2, const Bytes& input) { return data(command(p1, p2, input)); }
    const Bytes& certificate(unsigned p2) {
        return image().certificate(p2 == 0x97 ? Role::kAuthCert : Role::kSignCert);
    }
};

const Bytes kMessage = to_bytes(std::string_view("what the user wanted to sign"));

class EitherKey : public testing::TestWithParam<unsigned> {
  protected:
    SignCard card;
    const unsigned key = GetParam();
};
INSTANTIATE_TEST_SUITE_P(Jpki, EitherKey, testing::Values(0x97U, 0x9AU),
                         [](const auto& key) { return key.param == 0x97U ? "Authentication" : "Signature"; });

TEST_P(EitherKey, P1_00PadsTheInputVerbatim) {
    for (const std::size_t length : {1U, 20U, 36U, 51U, 245U}) {
        const Bytes input(length, 0x5A);
        const Bytes signature = card.sign(0, key, input);
        EXPECT_EQ(signature.size(), 256U);
        EXPECT_EQ(recover(card.certificate(key), signature), input) << length;
    }
}

TEST_P(EitherKey, P1_00OverADigestInfoIsAPkcs1Signature) {
    const Bytes hash = sha256(kMessage);
    EXPECT_TRUE(verifies(card.certificate(key), card.sign(0, key, sha256_digest_info(hash)), hash,
                         RSA_PKCS1_PADDING));
}

TEST_P(EitherKey, P1_01PadsTheBareDigestOfTheMessage) {
    EXPECT_EQ(recover(card.certificate(key), card.sign(1, key, kMessage)), sha256(kMessage));
}

TEST_P(EitherKey, P1_02AddsTheDigestInfo) {
    const Bytes hash = sha256(kMessage);
    EXPECT_TRUE(verifies(card.certificate(key), card.sign(2, key, hash), hash, RSA_PKCS1_PADDING));
}

TEST_P(EitherKey, P1_03HashesInTheCard) {
    EXPECT_TRUE(
        verifies(card.certificate(key), card.sign(3, key, kMessage), sha256(kMessage), RSA_PKCS1_PADDING));
}

TEST_P(EitherKey, P1_04IsPssWithASaltOf32Bytes) {
    const Bytes hash = sha256(kMessage);
    const Bytes signature = card.sign(4, key, hash);
    EXPECT_TRUE(verifies(card.certificate(key), signature, hash, RSA_PKCS1_PSS_PADDING));
    EXPECT_FALSE(verifies(card.certificate(key), signature, hash, RSA_PKCS1_PSS_PADDING, 20));
    EXPECT_NE(signature, card.sign(4, key, hash)) << "the salt is random";
}

TEST_P(EitherKey, P1_05IsPssWithTheHashInTheCard) {
    EXPECT_TRUE(verifies(card.certificate(key), card.sign(5, key, kMessage), sha256(kMessage),
                         RSA_PKCS1_PSS_PADDING));
}

TEST_P(EitherKey, LengthsThatP1DoesNotAllowAreRefused) {
    for (const unsigned p1 : {2U, 4U}) {
        EXPECT_EQ(card.sw(card.command(p1, key, Bytes(31))), "6985");
        EXPECT_EQ(card.sw(card.command(p1, key, Bytes(33))), "6985");
        EXPECT_EQ(card.sw(card.command(p1, key, Bytes(32))), "9000");
    }
    EXPECT_EQ(card.sw(card.command(0, key, Bytes(246))), "6985");
    EXPECT_EQ(card.sw(card.command(3, key, Bytes(255))), "9000");
}

TEST_P(EitherKey, UnknownP1IsRefused) {
    for (const unsigned p1 : {6U, 0x9EU, 0xFFU})
        EXPECT_EQ(card.sw(card.command(p1, key, Bytes(32))), "6A86");
}

TEST(Sign, ByCurrentFile) {
    SignCard card;
    card.sw(kSelectJpki);
    EXPECT_EQ(card.sw(card.command(0, 0x80, kMessage)), "6986");
    card.sw("00A4020C020017");
    EXPECT_EQ(recover(card.certificate(0x97), card.sign(0, 0x80, kMessage)), kMessage);
    card.sw("00A4020C02001A");
    EXPECT_EQ(recover(card.certificate(0x9A), card.sign(0, 0x80, kMessage)), kMessage);
}

TEST(Sign, ByShortIdentifierMakesTheKeyFileCurrent) {
    SignCard card;
    card.sign(0, 0x9A, kMessage);
    EXPECT_EQ(recover(card.certificate(0x9A), card.sign(0, 0x80, kMessage)), kMessage);
}

TEST(Sign, OnlyKeyFilesSign) {
    SignCard card;
    EXPECT_EQ(card.sw(card.command(0, 0x8A, kMessage)), "6981");
    EXPECT_EQ(card.sw(card.command(0, 0x98, kMessage)), "6981");
    EXPECT_EQ(card.sw(card.command(0, 0x9F, kMessage)), "6A82");
    EXPECT_EQ(card.sw(card.command(0, 0x17, kMessage)), "6A86");
    EXPECT_EQ(card.sw(card.command(0, 0x96, kMessage)), "6982") << "the terminal's key is nobody's";
    EXPECT_EQ(card.oracle().other_keys.refused, 1U);
    EXPECT_EQ(card.oracle().auth_key.refused, 0U);
}

TEST(Sign, NeedsDataAndAFullLe) {
    SignCard card;
    EXPECT_EQ(card.sw("802A0097"), "6700");
    EXPECT_EQ(card.sw("802A009700"), "6700");
    EXPECT_EQ(card.sw("802A009701AA"), "6700");
    EXPECT_EQ(card.sw("802A009701AA80"), "6700");
}

TEST(Sign, OracleCountsByKeyAndP1) {
    SignCard card;
    card.sign(0, 0x97, kMessage);
    card.sign(4, 0x97, sha256(kMessage));
    card.sign(3, 0x9A, kMessage);
    card.sign(9, 0x9A, kMessage);
    const Oracle oracle = card.oracle();
    EXPECT_EQ(oracle.auth_key.signatures, 2U);
    EXPECT_EQ(oracle.auth_key.by_p1, (std::array<unsigned, 6>{1, 0, 0, 0, 1, 0}));
    EXPECT_EQ(oracle.sign_key.by_p1, (std::array<unsigned, 6>{0, 0, 0, 1, 0, 0}));
    EXPECT_EQ(oracle.sign_key.refused, 1U);
}

class LyingCard : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};
INSTANTIATE_TEST_SUITE_P(Jpki, LyingCard,
                         testing::Values(std::pair{"random", 256U}, std::pair{"zeros", 256U},
                                         std::pair{"bitflip", 256U}, std::pair{"short", 128U},
                                         std::pair{"empty", 0U}),
                         [](const auto& lie) { return lie.param.first; });

TEST_P(LyingCard, AnswersSuccessWithAWrongSignature) {
    SignCard card;
    ASSERT_TRUE(card.set("lie", GetParam().first));
    const Bytes hash = sha256(kMessage);
    const std::string command = card.command(2, 0x97, hash);
    EXPECT_EQ(card.sw(command), "9000");
    const Bytes signature = card.data(command);
    EXPECT_EQ(signature.size(), GetParam().second);
    EXPECT_FALSE(verifies(card.certificate(0x97), signature, hash, RSA_PKCS1_PADDING));
}

}  // namespace
}  // namespace jpki::vcard::test
