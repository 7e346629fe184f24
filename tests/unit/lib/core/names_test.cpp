// The names that users' configurations rest on (docs/features.md, "Slots and tokens"), letter by letter.
#include "core/names.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

void expect(const ObjectName& name, std::string_view label, int id) {
    EXPECT_EQ(name.label, label);
    EXPECT_EQ(int{name.id}, id);
}

TEST(Names, OfTheAuthenticationTokenStayAsTheyAre) {
    const TokenNames& names = names_of(KeyPurpose::authentication);
    EXPECT_EQ(names.label, "JPKI User Authentication");
    EXPECT_EQ(names.japanese_label, "JPKI 利用者証明用");
    expect(names.private_key, "User Authentication Key", 1);
    expect(names.public_key, "User Authentication Public Key", 1);
    expect(names.user_certificate, "User Authentication Certificate", 1);
    expect(names.ca_certificate, "User Authentication CA Certificate", 3);
}

TEST(Names, OfTheSignatureTokenStayAsTheyAre) {
    const TokenNames& names = names_of(KeyPurpose::signature);
    EXPECT_EQ(names.label, "JPKI Digital Signature");
    EXPECT_EQ(names.japanese_label, "JPKI 署名用");
    expect(names.private_key, "Digital Signature Key", 2);
    expect(names.public_key, "Digital Signature Public Key", 2);
    expect(names.user_certificate, "Digital Signature Certificate", 2);
    expect(names.ca_certificate, "Digital Signature CA Certificate", 4);
}

TEST(Names, FitIntoThePkcs11Fields) {
    for (const TokenNames& names : kNames) {
        EXPECT_LE(names.label.size(), 32U);
        EXPECT_LE(names.japanese_label.size(), 32U);
    }
}

}  // namespace
}  // namespace jpki::p11
