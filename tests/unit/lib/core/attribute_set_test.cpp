// Every object's attributes, exactly: the expectations are written out here from PKCS#11 3.2 §§4.4 to 4.10,
// not taken from attributes.def.
#include "core/attribute_set.hpp"

#include <gtest/gtest.h>

#include <map>

#include "crypto/digest.hpp"
#include "mechanism/mechanism_table.hpp"
#include "test_pki.hpp"

namespace jpki::p11::testing {
namespace {

using Type = CK_ATTRIBUTE_TYPE;
using State = Attribute::State;
using Values = std::map<Type, Bytes>;

template <class T>
Bytes raw(T value) {
    Bytes out(sizeof value);
    std::memcpy(out.data(), &value, sizeof value);
    return out;
}
Bytes number(CK_ULONG value) { return raw(value); }
const Bytes kTrue{1};
const Bytes kFalse{0};
const Bytes kEmpty{};

Bytes signing_mechanisms(bool pss = false) {
    Bytes list;
    for (const CK_MECHANISM_TYPE type : {CKM_RSA_PKCS, CKM_SHA1_RSA_PKCS, CKM_SHA224_RSA_PKCS,
                                         CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS})
        append(list, number(type));
    if (!pss) return list;
    append(list, number(CKM_RSA_PKCS_PSS));
    append(list, number(CKM_SHA256_RSA_PKCS_PSS));
    return list;
}

class Attributes : public ::testing::Test {
  protected:
    Attributes() {
        const auto parsed = crypto::parse_certificate(der_);
        facts_ = *parsed;
        key_ = std::make_shared<const crypto::KeyFacts>(crypto::KeyFacts{facts_->subject, facts_->key});
    }

    Object object(ObjectKind kind, bool is_private) const {
        Object made;
        made.handle = 1;
        made.kind = kind;
        made.is_private = is_private;
        made.label = "A label";
        made.id = {0x02};
        made.unique_id = "00112233445566778899AABBCCDDEEFF";
        return made;
    }
    Object loaded(ObjectKind kind, bool is_private) const {
        Object made = object(kind, is_private);
        if (made.is_certificate()) made.certificate = facts_;
        if (made.is_key()) made.key = key_;
        return made;
    }

    // Asks for every attribute there could be; nothing but `expected` and `sensitive` may exist.
    static void expect_exactly(const Object& object, const Values& expected,
                               const std::vector<Type>& sensitive = {}) {
        std::size_t total = 0;
        const auto check = [&](Type type) {
            SCOPED_TRACE(::testing::Message() << "attribute 0x" << std::hex << type);
            const Attribute found = attribute_of(object, type);
            if (std::ranges::find(sensitive, type) != sensitive.end()) {
                EXPECT_EQ(found.state, State::sensitive);
                EXPECT_TRUE(found.value.empty());
            } else if (const auto row = expected.find(type); row != expected.end()) {
                EXPECT_EQ(found.state, State::value);
                EXPECT_EQ(to_hex(found.value), to_hex(row->second));
                total += found.value.size();
            } else {
                EXPECT_EQ(found.state, State::absent);
            }
        };
        for (Type type = 0; type < 0x800; ++type)
            check(type);
        for (Type type = 0x40000000; type < 0x40000800; ++type)  // arrays (CKF_ARRAY_ATTRIBUTE)
            check(type);
        check(CKA_VENDOR_DEFINED | 0x4E534350);  // NSS asks for such
        check(CK_UNAVAILABLE_INFORMATION);
        for (const auto& [type, value] : expected)
            if (type >= 0x800 && (type < 0x40000000 || type >= 0x40000800)) check(type);
        EXPECT_EQ(size_of(object), total);
    }

    static Values common(CK_OBJECT_CLASS object_class, bool is_private) {
        return {{CKA_CLASS, number(object_class)},
                {CKA_UNIQUE_ID, to_bytes(std::string_view("00112233445566778899AABBCCDDEEFF"))},
                {CKA_TOKEN, kTrue},
                {CKA_PRIVATE, is_private ? kTrue : kFalse},
                {CKA_MODIFIABLE, kFalse},
                {CKA_COPYABLE, kFalse},
                {CKA_DESTROYABLE, kFalse},
                {CKA_LABEL, to_bytes(std::string_view("A label"))},
                {CKA_ID, Bytes{0x02}}};
    }
    Values certificate(bool is_private, CK_ULONG category) const {
        Values values = common(CKO_CERTIFICATE, is_private);
        const auto sha1 = crypto::digest(crypto::Hash::sha1, der_);
        values.merge(Values{{CKA_CERTIFICATE_TYPE, number(CKC_X_509)},
                            {CKA_CERTIFICATE_CATEGORY, number(category)},
                            {CKA_TRUSTED, kFalse},
                            {CKA_SUBJECT, facts_->subject},
                            {CKA_ISSUER, facts_->issuer},
                            {CKA_SERIAL_NUMBER, Bytes{0x02, 0x04, 0x07, 0x05, 0xD9, 0x90}},
                            {CKA_VALUE, der_},
                            {CKA_CHECK_VALUE, Bytes(sha1->begin(), sha1->begin() + 3)},
                            {CKA_START_DATE, to_bytes(std::string_view("20240122"))},
                            {CKA_END_DATE, to_bytes(std::string_view("20290214"))},
                            {CKA_PUBLIC_KEY_INFO, spki_of(common_key())},
                            {CKA_URL, kEmpty},
                            {CKA_HASH_OF_SUBJECT_PUBLIC_KEY, kEmpty},
                            {CKA_HASH_OF_ISSUER_PUBLIC_KEY, kEmpty},
                            {CKA_JAVA_MIDP_SECURITY_DOMAIN, number(0)}});
        return values;
    }
    Values key(CK_OBJECT_CLASS object_class, bool is_private) const {
        Values values = common(object_class, is_private);
        values.merge(Values{{CKA_KEY_TYPE, number(CKK_RSA)},
                            {CKA_SUBJECT, facts_->subject},
                            {CKA_PUBLIC_KEY_INFO, spki_of(common_key())},
                            {CKA_MODULUS, modulus_of(common_key())},
                            {CKA_PUBLIC_EXPONENT, Bytes{0x01, 0x00, 0x01}},
                            {CKA_START_DATE, kEmpty},
                            {CKA_END_DATE, kEmpty},
                            {CKA_DERIVE, kFalse},
                            {CKA_LOCAL, kFalse},
                            {CKA_KEY_GEN_MECHANISM, number(CK_UNAVAILABLE_INFORMATION)},
                            {CKA_ALLOWED_MECHANISMS, signing_mechanisms()},
                            {CKA_OBJECT_VALIDATION_FLAGS, number(0)}});
        return values;
    }

    Bytes der_ = make_certificate(common_key());
    std::shared_ptr<const crypto::CertFacts> facts_;
    std::shared_ptr<const crypto::KeyFacts> key_;
};

TEST_F(Attributes, OfAUserCertificate) {
    for (const bool is_private : {false, true})
        expect_exactly(loaded(ObjectKind::user_certificate, is_private),
                       certificate(is_private, CK_CERTIFICATE_CATEGORY_TOKEN_USER));
}

TEST_F(Attributes, OfAnAuthoritysCertificate) {
    expect_exactly(loaded(ObjectKind::ca_certificate, false),
                   certificate(false, CK_CERTIFICATE_CATEGORY_AUTHORITY));
}

TEST_F(Attributes, OfAPublicKey) {
    Values expected = key(CKO_PUBLIC_KEY, false);
    expected.merge(Values{{CKA_MODULUS_BITS, number(2048)},
                          {CKA_TRUSTED, kFalse},
                          {CKA_ENCRYPT, kFalse},
                          {CKA_WRAP, kFalse},
                          {CKA_VERIFY, kTrue},
                          {CKA_VERIFY_RECOVER, kFalse},
                          {CKA_ENCAPSULATE, kFalse}});
    expect_exactly(loaded(ObjectKind::public_key, false), expected);
}

TEST_F(Attributes, OfAPrivateKey) {
    Values expected = key(CKO_PRIVATE_KEY, true);
    expected.merge(Values{{CKA_DECRYPT, kFalse},
                          {CKA_UNWRAP, kFalse},
                          {CKA_SIGN, kTrue},
                          {CKA_SIGN_RECOVER, kFalse},
                          {CKA_DECAPSULATE, kFalse},
                          {CKA_SENSITIVE, kTrue},
                          {CKA_ALWAYS_SENSITIVE, kTrue},
                          {CKA_EXTRACTABLE, kFalse},
                          {CKA_NEVER_EXTRACTABLE, kTrue},
                          {CKA_ALWAYS_AUTHENTICATE, kFalse},
                          {CKA_WRAP_WITH_TRUSTED, kFalse}});
    expect_exactly(
        loaded(ObjectKind::private_key, true), expected,
        {CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT});
}

TEST_F(Attributes, OfKeysOnACardThatMakesPss) {
    for (const ObjectKind kind : {ObjectKind::public_key, ObjectKind::private_key}) {
        Object key = loaded(kind, false);
        const CardFamily family{};
        const auto card = std::make_shared<KnownCard>(family, to_bytes("Hanako"), true);
        key.card = card;
        EXPECT_EQ(attribute_of(key, CKA_ALLOWED_MECHANISMS).value, signing_mechanisms(false));
        card->record_pss(PssAnswer::undecided);
        EXPECT_EQ(attribute_of(key, CKA_ALLOWED_MECHANISMS).value, signing_mechanisms(true));
    }
}

TEST_F(Attributes, OfAKeyThatWantsAPasswordForEverySignature) {
    Object key = loaded(ObjectKind::private_key, true);
    key.always_authenticate = true;
    EXPECT_EQ(attribute_of(key, CKA_ALWAYS_AUTHENTICATE).value, kTrue);
}

TEST_F(Attributes, OfAProfile) {
    Object profile;
    profile.profile_id = CKP_AUTHENTICATION_TOKEN;
    profile.unique_id = "0123456789ABCDEF0123456789ABCDEF";
    expect_exactly(profile, {{CKA_CLASS, number(CKO_PROFILE)},
                             {CKA_UNIQUE_ID, to_bytes(profile.unique_id)},
                             {CKA_TOKEN, kTrue},
                             {CKA_PRIVATE, kFalse},
                             {CKA_PROFILE_ID, number(CKP_AUTHENTICATION_TOKEN)}});
}

TEST_F(Attributes, ThatOnlyTheCardKnowsAreNotLoadedYet) {
    const std::map<ObjectKind, std::vector<Type>> lazy{
        {ObjectKind::user_certificate,
         {CKA_SUBJECT, CKA_ISSUER, CKA_SERIAL_NUMBER, CKA_VALUE, CKA_CHECK_VALUE, CKA_START_DATE,
          CKA_END_DATE, CKA_PUBLIC_KEY_INFO}},
        {ObjectKind::public_key,
         {CKA_SUBJECT, CKA_PUBLIC_KEY_INFO, CKA_MODULUS, CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT}},
        {ObjectKind::private_key, {CKA_SUBJECT, CKA_PUBLIC_KEY_INFO, CKA_MODULUS, CKA_PUBLIC_EXPONENT}}};
    for (const auto& [kind, types] : lazy) {
        const Object before = object(kind, false);
        const Object after = loaded(kind, false);
        for (Type type = 0; type < 0x800; ++type) {
            SCOPED_TRACE(::testing::Message() << static_cast<int>(kind) << " 0x" << std::hex << type);
            if (std::ranges::find(types, type) != types.end()) {
                EXPECT_EQ(attribute_of(before, type).state, State::not_loaded);
                EXPECT_TRUE(attribute_of(before, type).value.empty());
            } else {
                EXPECT_EQ(attribute_of(before, type).state, attribute_of(after, type).state);
                EXPECT_EQ(attribute_of(before, type).value, attribute_of(after, type).value);
            }
        }
        EXPECT_LT(size_of(before), size_of(after));
    }
}

// A search by these must never read from the card.
TEST_F(Attributes, ThatTemplatesUseAreKnownWithoutTheCard) {
    for (const ObjectKind kind : {ObjectKind::user_certificate, ObjectKind::ca_certificate,
                                  ObjectKind::public_key, ObjectKind::private_key}) {
        for (const Type type : {CKA_CLASS, CKA_ID, CKA_LABEL, CKA_TOKEN, CKA_PRIVATE, CKA_UNIQUE_ID})
            EXPECT_EQ(attribute_of(object(kind, false), type).state, State::value);
    }
    EXPECT_EQ(attribute_of(object(ObjectKind::user_certificate, false), CKA_CERTIFICATE_TYPE).state,
              State::value);
    EXPECT_EQ(attribute_of(object(ObjectKind::private_key, true), CKA_KEY_TYPE).state, State::value);
}

}  // namespace
}  // namespace jpki::p11::testing
