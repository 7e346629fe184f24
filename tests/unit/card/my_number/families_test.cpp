// What the other families' data say beyond the individual-number card's (docs/cards.md, "Cards and phones").
#include <gtest/gtest.h>

#include <set>

#include "juki/juki.hpp"
#include "my_number/my_number.hpp"
#include "phone/phone.hpp"

namespace jpki::card {
namespace {

TEST(JukiCard, HasTheSignatureKeyAlone) {
    EXPECT_EQ(kJuki.family.model, "Juki Card");
    EXPECT_EQ(kJuki.family.tokens[index_of(KeyPurpose::authentication)], nullptr);
    const TokenProfile& sign = *kJuki.family.tokens[index_of(KeyPurpose::signature)];
    EXPECT_EQ(sign.key.modulus_bits, 1024);
    EXPECT_EQ(sign.pin.min_length, 4);
    EXPECT_EQ(sign.pin.max_length, 16);
    EXPECT_EQ(sign.pin.max_tries, 5);
}

TEST(Phones, KeepTheirAuthenticationCertificateBehindThePin) {
    for (const Profile* phone : {&kAndroid, &kIphone}) {
        const TokenProfile& auth = *phone->family.tokens[index_of(KeyPurpose::authentication)];
        EXPECT_TRUE(auth.certificates[index_of(CertRole::user)].needs_login);
        EXPECT_FALSE(auth.certificates[index_of(CertRole::authority)].needs_login);
        EXPECT_EQ(auth.pin.max_tries, 3);
        const TokenProfile& sign = *phone->family.tokens[index_of(KeyPurpose::signature)];
        EXPECT_EQ(sign.pin.min_length, 6);
        EXPECT_EQ(sign.key.modulus_bits, 2048);
    }
}

TEST(Families, ShareTheApplicationAndDifferInLabelModelAndNumber) {
    std::set<std::string_view> labels;
    std::set<std::string_view> models;
    std::set<FamilyId> numbers;
    for (const Profile* family : {&kMyNumber, &kJuki, &kAndroid, &kIphone}) {
        EXPECT_EQ(to_hex(family->aid), "D392F000260100000001");
        EXPECT_LE(family->family.model.size(), 16U);
        EXPECT_LE(family->token_label.size(), 32U);
        EXPECT_EQ(family->neutral_aids.size(), 2U);
        EXPECT_NE(family->family.tokens[index_of(KeyPurpose::signature)], nullptr);
        labels.insert(family->token_label);
        models.insert(family->family.model);
        numbers.insert(family->family.id);
    }
    EXPECT_EQ(labels.size(), 4U);
    EXPECT_EQ(models.size(), 4U);
    EXPECT_EQ(numbers.size(), 4U);
}

}  // namespace
}  // namespace jpki::card
