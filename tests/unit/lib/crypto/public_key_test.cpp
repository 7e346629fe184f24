#include "crypto/public_key.hpp"

#include <gtest/gtest.h>

#include "test_pki.hpp"

namespace jpki::p11::crypto {
namespace {

using testing::common_key;
using testing::make_key;
using testing::modulus_of;
using testing::spki_of;

const Bytes kF4{0x01, 0x00, 0x01};

bool refused(const Bytes& spki) {
    return !spki.empty() && failed_with(PublicKey::from_spki(spki), Errc::malformed_answer);
}

// An odd number of exactly that many bits.
Bytes odd(std::size_t bits) {
    Bytes value((bits + 7) / 8, 0xA5);
    value.front() = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
    return value;
}

TEST(PublicKey, TellsItsNumbers) {
    const Bytes spki = spki_of(common_key());
    const auto key = PublicKey::from_spki(spki);
    ASSERT_TRUE(key);
    EXPECT_EQ((*key)->modulus(), modulus_of(common_key()));
    EXPECT_EQ((*key)->modulus().size(), 256U);
    EXPECT_NE((*key)->modulus().front(), 0);
    EXPECT_EQ((*key)->exponent(), kF4);
    EXPECT_EQ((*key)->spki(), spki);
    EXPECT_EQ((*key)->bits(), 2048U);
    EXPECT_EQ((*key)->size(), 256U);
}

TEST(PublicKey, MayHave1024To4096Bits) {
    for (const std::size_t bits : {1024U, 1025U, 2048U, 3072U, 4096U}) {
        const auto key = PublicKey::from_spki(spki_of(odd(bits), kF4));
        ASSERT_TRUE(key) << bits;
        EXPECT_EQ((*key)->bits(), bits);
        EXPECT_EQ((*key)->size(), (bits + 7) / 8);
    }
    for (const std::size_t bits : {512U, 1023U, 4097U, 8192U})
        EXPECT_TRUE(refused(spki_of(odd(bits), kF4))) << bits;
}

TEST(PublicKey, HasAnOddModulus) {
    Bytes even = odd(2048);
    even.back() = 0xA4;
    EXPECT_TRUE(refused(spki_of(even, kF4)));
}

TEST(PublicKey, HasAnOddExponentOfThreeAndMoreAndAtMost64Bits) {
    for (const Bytes& good : {Bytes{3}, Bytes{17}, kF4, Bytes(8, 0xFF)})
        EXPECT_TRUE(PublicKey::from_spki(spki_of(odd(2048), good))) << to_hex(good);
    for (const Bytes& bad : {Bytes{1}, Bytes{2}, Bytes{0x01, 0x00, 0x00}, Bytes(9, 0xFF)})
        EXPECT_TRUE(refused(spki_of(odd(2048), bad))) << to_hex(bad);
}

TEST(PublicKey, HasAnExponentThatIsNotZero) {
    Bytes spki = spki_of(odd(1024), Bytes{3});
    ASSERT_EQ(spki.back(), 3);
    spki.back() = 0;
    EXPECT_TRUE(refused(spki));
}

TEST(PublicKey, IsAnRsaKey) {
    EXPECT_TRUE(refused(spki_of(testing::make_ec_key().get())));
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr);
    EVP_PKEY* pss = nullptr;
    EVP_PKEY_keygen_init(context);
    EVP_PKEY_CTX_set_rsa_keygen_bits(context, 1024);
    ASSERT_EQ(EVP_PKEY_generate(context, &pss), 1);
    EXPECT_TRUE(refused(spki_of(pss)));
    EVP_PKEY_free(pss);
    EVP_PKEY_CTX_free(context);
}

TEST(PublicKey, IsExactlyOneSubjectPublicKeyInfo) {
    Bytes spki = spki_of(common_key());
    spki.push_back(0x00);
    EXPECT_TRUE(refused(spki));
    EXPECT_TRUE(refused(Bytes{0x30, 0x00}));
    EXPECT_TRUE(failed_with(PublicKey::from_spki({}), Errc::malformed_answer));
}

TEST(PublicKey, CutOrBentItIsRefusedOrStillWithinItsBounds) {
    const Bytes whole = spki_of(common_key());
    for (std::size_t length = 0; length < whole.size(); ++length)
        ASSERT_FALSE(PublicKey::from_spki(slice(whole, 0, length))) << length;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const std::uint8_t bits : Bytes{0x01, 0x80, 0xFF}) {
            Bytes bent = whole;
            bent[at] ^= bits;
            const auto key = PublicKey::from_spki(bent);
            if (!key) continue;
            ASSERT_GE((*key)->bits(), 1024U);
            ASSERT_LE((*key)->bits(), 4096U);
        }
    }
}

}  // namespace
}  // namespace jpki::p11::crypto
