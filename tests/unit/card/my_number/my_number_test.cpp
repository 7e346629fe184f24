// The individual-number card's data against its sources: docs/cards.md, "Applications and files" and "PINs".
#include "my_number/my_number.hpp"

#include <gtest/gtest.h>

namespace jpki::card {
namespace {

const TokenProfile& token(KeyPurpose purpose) { return *kMyNumber.family.tokens[index_of(purpose)]; }

TEST(MyNumberCard, HasBothTokensAndANameThatFitsIntoPkcs11sField) {
    EXPECT_EQ(kMyNumber.family.model, "My Number Card");
    EXPECT_LE(kMyNumber.family.model.size(), 16U);
    for (const KeyPurpose purpose : kKeyPurposes)
        ASSERT_NE(kMyNumber.family.tokens[index_of(purpose)], nullptr);
}

TEST(MyNumberCard, NamesTheWholeApplicationIdentifier) {
    EXPECT_EQ(to_hex(kMyNumber.aid), "D392F000260100000001");
    EXPECT_EQ(kMyNumber.token_label, "JPKIAPICCTOKEN2");
}

TEST(MyNumberCard, LeavesByTheCardManagerOrTheHelperApplication) {
    ASSERT_EQ(kMyNumber.neutral_aids.size(), 2U);
    EXPECT_EQ(to_hex(kMyNumber.neutral_aids[0]), "A0000001510000");
    EXPECT_EQ(to_hex(kMyNumber.neutral_aids[1]), "D3921000310001010408");
}

TEST(MyNumberCard, KeepsEachKeysFilesApart) {
    const auto shape = [](const FileId& file) { return std::pair(int{file.ef}, int{file.sfi}); };
    using Pair = std::pair<int, int>;
    const KeyFiles& auth = kMyNumber.purpose(KeyPurpose::authentication);
    EXPECT_EQ(shape(auth.certificate(CertRole::user)), Pair(0x000A, 0x0A));
    EXPECT_EQ(shape(auth.certificate(CertRole::authority)), Pair(0x000B, 0x0B));
    EXPECT_EQ(shape(auth.pin), Pair(0x0018, 0x18));
    EXPECT_EQ(shape(auth.key), Pair(0x0017, 0x17));
    const KeyFiles& sign = kMyNumber.purpose(KeyPurpose::signature);
    EXPECT_EQ(shape(sign.certificate(CertRole::user)), Pair(0x0001, 0x01));
    EXPECT_EQ(shape(sign.certificate(CertRole::authority)), Pair(0x0002, 0x02));
    EXPECT_EQ(shape(sign.pin), Pair(0x001B, 0x1B));
    EXPECT_EQ(shape(sign.key), Pair(0x001A, 0x1A));
    EXPECT_EQ(shape(kMyNumber.token_information), Pair(0x0006, 0x06));
    EXPECT_EQ(kMyNumber.identity_purpose, KeyPurpose::authentication);
}

TEST(MyNumberCard, KnowsTheRulesOfBothPins) {
    const PinInfo& pin = token(KeyPurpose::authentication).pin;
    EXPECT_EQ(pin.min_length, 4);
    EXPECT_EQ(pin.max_length, 4);
    EXPECT_EQ(pin.max_tries, 3);
    EXPECT_EQ(pin.alphabet, Alphabet::digits);
    const PinInfo& password = token(KeyPurpose::signature).pin;
    EXPECT_EQ(password.min_length, 6);
    EXPECT_EQ(password.max_length, 16);
    EXPECT_EQ(password.max_tries, 5);
    EXPECT_EQ(password.alphabet, Alphabet::upper_alphanumeric);
}

TEST(MyNumberCard, HidesOnlyTheSignatureCertificate) {
    EXPECT_FALSE(token(KeyPurpose::authentication).certificates[index_of(CertRole::user)].needs_login);
    EXPECT_FALSE(token(KeyPurpose::authentication).certificates[index_of(CertRole::authority)].needs_login);
    EXPECT_TRUE(token(KeyPurpose::signature).certificates[index_of(CertRole::user)].needs_login);
    EXPECT_FALSE(token(KeyPurpose::signature).certificates[index_of(CertRole::authority)].needs_login);
}

TEST(MyNumberCard, HasKeysOf2048Bits) {
    for (const KeyPurpose purpose : kKeyPurposes)
        EXPECT_EQ(token(purpose).key.modulus_bits, 2048);
}

}  // namespace
}  // namespace jpki::card
