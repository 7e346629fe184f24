// Signatures that must verify, and every forgery that must not: this check stands between a broken card (or a
// forger) and the application.
#include <gtest/gtest.h>

#include "crypto/public_key.hpp"
#include "test_pki.hpp"

namespace jpki::p11::crypto {
namespace {

using testing::common_key;
using testing::make_key;
using testing::modulus_of;
using testing::pkcs1_block;
using testing::pss_sign;
using testing::raw_sign;
using testing::spki_of;

// A SHA-256 DigestInfo, and the prefix of it.
const Bytes kPrefix{0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

class Verification : public ::testing::Test {
  protected:
    static Bytes info() {
        Bytes made = kPrefix;
        made.resize(kPrefix.size() + 32, 0x5C);
        return made;
    }
    [[nodiscard]] bool accepts_block(const Bytes& block) const {
        const Bytes signature = raw_sign(common_key(), block);
        EXPECT_EQ(signature.size(), 256U);
        return key_->verify_pkcs1(info(), signature);
    }
    std::shared_ptr<const PublicKey> key_ = *PublicKey::from_spki(spki_of(common_key()));
};

TEST_F(Verification, TakesAGoodPkcs1Signature) { EXPECT_TRUE(accepts_block(pkcs1_block(info(), 256))); }

TEST_F(Verification, TakesAnyDataThatFits) {
    for (const std::size_t size : {0U, 1U, 20U, 36U, 244U, 245U}) {
        const Bytes data(size, 0x42);
        const Bytes signature = raw_sign(common_key(), pkcs1_block(data, 256));
        EXPECT_TRUE(key_->verify_pkcs1(data, signature)) << size;
    }
}

TEST_F(Verification, RefusesDataThatCannotFit) {
    const Bytes data(246, 0x42);
    EXPECT_FALSE(key_->verify_pkcs1(data, raw_sign(common_key(), pkcs1_block(data, 256))));
    EXPECT_FALSE(key_->verify_pkcs1(Bytes(256, 1), Bytes(256, 1)));
    EXPECT_FALSE(key_->verify_pkcs1(Bytes(1000, 1), Bytes(256, 1)));
}

TEST_F(Verification, RefusesEverySingleFlippedBit) {
    const Bytes good = raw_sign(common_key(), pkcs1_block(info(), 256));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes bent = good;
        bent[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(key_->verify_pkcs1(info(), bent)) << bit;
    }
    for (std::size_t bit = 0; bit < info().size() * 8; ++bit) {
        Bytes other = info();
        other[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(key_->verify_pkcs1(other, good)) << bit;
    }
}

TEST_F(Verification, RefusesOtherLengths) {
    const Bytes good = raw_sign(common_key(), pkcs1_block(info(), 256));
    Bytes longer = good;
    longer.push_back(0);
    Bytes padded{0};
    append(padded, good);
    EXPECT_FALSE(key_->verify_pkcs1(info(), {}));
    EXPECT_FALSE(key_->verify_pkcs1(info(), slice(good, 0, 255)));
    EXPECT_FALSE(key_->verify_pkcs1(info(), longer));
    EXPECT_FALSE(key_->verify_pkcs1(info(), padded));
}

TEST_F(Verification, RefusesNumbersThatAreNoSignature) {
    EXPECT_FALSE(key_->verify_pkcs1(info(), Bytes(256, 0x00)));
    EXPECT_FALSE(key_->verify_pkcs1(info(), Bytes(256, 0xFF)));
    EXPECT_FALSE(key_->verify_pkcs1(info(), modulus_of(common_key())));
}

TEST_F(Verification, RefusesASignatureOfAnotherKey) {
    const testing::Key other = make_key(2048);
    EXPECT_FALSE(key_->verify_pkcs1(info(), raw_sign(other.get(), pkcs1_block(info(), 256))));
}

TEST_F(Verification, RefusesEveryOtherPadding) {
    Bytes type2 = pkcs1_block(info(), 256);
    type2[1] = 0x02;
    EXPECT_FALSE(accepts_block(type2));
    Bytes not_ff = pkcs1_block(info(), 256);
    not_ff[100] = 0xFE;
    EXPECT_FALSE(accepts_block(not_ff));
    Bytes early_zero = pkcs1_block(info(), 256);
    early_zero[100] = 0x00;
    EXPECT_FALSE(accepts_block(early_zero));
    Bytes no_zero = pkcs1_block(info(), 256);
    no_zero[256 - info().size() - 1] = 0xFF;
    EXPECT_FALSE(accepts_block(no_zero));
    Bytes bare(256, 0);
    std::ranges::copy(info(), bare.end() - 51);
    EXPECT_FALSE(accepts_block(bare));
}

// Bleichenbacher 2006: a short padding, the DigestInfo, and room to choose for a cube root.
TEST_F(Verification, RefusesGarbageBehindTheHash) {
    Bytes block{0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00};
    append(block, info());
    block.resize(256, 0x99);
    EXPECT_FALSE(accepts_block(block));
}

// The same as a forger without the private key makes it: with e = 3, the cube root of such a block, rounded
// up, is a number whose cube begins with all of it.
TEST_F(Verification, RefusesAForgedCubeRoot) {
    const testing::Key cubic = make_key(3072, 3);
    const auto key = PublicKey::from_spki(spki_of(cubic.get()));
    ASSERT_TRUE(key);
    Bytes block{0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00};
    append(block, info());
    const std::size_t fixed = block.size();
    block.resize(384, 0x00);

    BN_CTX* context = BN_CTX_new();
    BIGNUM* wanted = BN_bin2bn(block.data(), static_cast<int>(block.size()), nullptr);
    BIGNUM* root = BN_new();
    BIGNUM* cube = BN_new();
    const auto cube_of = [&](const BIGNUM* base) {
        BN_sqr(cube, base, context);
        BN_mul(cube, cube, base, context);
    };
    // The smallest number whose cube reaches `wanted`, bit by bit.
    BN_zero(root);
    for (int bit = 1024; bit >= 0; --bit) {
        BN_set_bit(root, bit);
        cube_of(root);
        if (BN_cmp(cube, wanted) >= 0) BN_clear_bit(root, bit);
    }
    BN_add_word(root, 1);
    cube_of(root);
    Bytes forged(384);
    BN_bn2binpad(root, forged.data(), 384);
    Bytes seen(384);
    BN_bn2binpad(cube, seen.data(), 384);
    BN_free(wanted);
    BN_free(root);
    BN_free(cube);
    BN_CTX_free(context);

    ASSERT_EQ(to_hex(slice(seen, 0, fixed)), to_hex(slice(block, 0, fixed))) << "the forgery itself is wrong";
    EXPECT_FALSE((*key)->verify_pkcs1(info(), forged));
    EXPECT_TRUE((*key)->verify_pkcs1(info(), raw_sign(cubic.get(), pkcs1_block(info(), 384))));
}

TEST_F(Verification, TakesPssWithSha256AndASaltOf32) {
    const Bytes digest(32, 0x21);
    EXPECT_TRUE(key_->verify_pss_sha256(digest, pss_sign(common_key(), digest, 32)));
}

TEST_F(Verification, RefusesPssOfAnyOtherMaking) {
    const Bytes digest(32, 0x21);
    const Bytes good = pss_sign(common_key(), digest, 32);
    EXPECT_FALSE(key_->verify_pss_sha256(Bytes(32, 0x22), good));
    EXPECT_FALSE(key_->verify_pss_sha256(Bytes(31, 0x21), good));
    EXPECT_FALSE(key_->verify_pss_sha256(Bytes(33, 0x21), good));
    EXPECT_FALSE(key_->verify_pss_sha256({}, good));
    EXPECT_FALSE(key_->verify_pss_sha256(digest, slice(good, 0, 255)));
    EXPECT_FALSE(key_->verify_pss_sha256(digest, {}));
    EXPECT_FALSE(key_->verify_pss_sha256(digest, Bytes(256, 0xFF)));
    EXPECT_FALSE(key_->verify_pss_sha256(digest, pss_sign(common_key(), digest, 20))) << "another salt";
    EXPECT_FALSE(key_->verify_pss_sha256(digest, pss_sign(common_key(), digest, 0))) << "no salt";
    EXPECT_FALSE(key_->verify_pss_sha256(digest, pss_sign(common_key(), digest, 32, EVP_sha1())))
        << "MGF1-SHA-1";
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bent = good;
        bent[at] ^= 0x01;
        ASSERT_FALSE(key_->verify_pss_sha256(digest, bent)) << at;
    }
    Bytes info = kPrefix;
    append(info, digest);
    EXPECT_FALSE(key_->verify_pss_sha256(digest, raw_sign(common_key(), pkcs1_block(info, 256))));
    EXPECT_FALSE(key_->verify_pkcs1(info, good));
}

}  // namespace
}  // namespace jpki::p11::crypto
