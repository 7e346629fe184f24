#include "core/object_builder.hpp"

#include <set>

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

const Bytes kIdentity(256, 0x30);
const Bytes kOtherIdentity(256, 0x31);

std::shared_ptr<const ObjectStore> build(KeyPurpose purpose, const Bytes& identity = kIdentity) {
    return build_objects(*kFamily.tokens[index_of(purpose)], purpose, identity);
}

// "kind label id private" of every object, in order; profiles as "profile n".
std::vector<std::string> shapes(const ObjectStore& store) {
    std::vector<std::string> out;
    for (const auto& object : store.objects()) {
        if (object->kind == ObjectKind::profile) {
            out.push_back("profile " + std::to_string(object->profile_id) +
                          (object->is_private ? " private" : ""));
            EXPECT_TRUE(object->label.empty());
            EXPECT_TRUE(object->id.empty());
            continue;
        }
        out.push_back(std::to_string(static_cast<int>(object->kind)) + " " + object->label + " " +
                      to_hex(object->id) + (object->is_private ? " private" : ""));
        EXPECT_EQ(object->certificate, nullptr);
        EXPECT_EQ(object->key, nullptr);
    }
    return out;
}

std::string kind(ObjectKind kind) { return std::to_string(static_cast<int>(kind)); }

TEST(ObjectBuilder, TheAuthenticationTokenShowsAllButThePrivateKey) {
    EXPECT_EQ(
        shapes(*build(KeyPurpose::authentication)),
        (std::vector<std::string>{kind(ObjectKind::user_certificate) + " User Authentication Certificate 01",
                                  kind(ObjectKind::ca_certificate) + " User Authentication CA Certificate 03",
                                  kind(ObjectKind::public_key) + " User Authentication Public Key 01",
                                  kind(ObjectKind::private_key) + " User Authentication Key 01 private",
                                  "profile 1", "profile 2", "profile 3", "profile 4"}));
}

TEST(ObjectBuilder, TheSignatureTokenHidesWhatComesOutOfItsCertificate) {
    EXPECT_EQ(shapes(*build(KeyPurpose::signature)),
              (std::vector<std::string>{
                  kind(ObjectKind::user_certificate) + " Digital Signature Certificate 02 private",
                  kind(ObjectKind::ca_certificate) + " Digital Signature CA Certificate 04",
                  kind(ObjectKind::public_key) + " Digital Signature Public Key 02 private",
                  kind(ObjectKind::private_key) + " Digital Signature Key 02 private", "profile 1",
                  "profile 2", "profile 3"}))
        << "claims public certificates, or lacks something";
}

TEST(ObjectBuilder, OnlyThePrivateKeyMayWantALoginForEverySignature) {
    for (const bool wanted : {false, true}) {
        const auto store = build_objects(kSignature, KeyPurpose::signature, kIdentity, wanted);
        for (const auto& object : store->objects())
            EXPECT_EQ(object->always_authenticate, wanted && object->kind == ObjectKind::private_key);
    }
}

TEST(ObjectBuilder, NoHandleIsEverGivenTwice) {
    std::set<CK_OBJECT_HANDLE> handles;
    std::size_t count = 0;
    for (int i = 0; i < 3; ++i) {
        for (const KeyPurpose purpose : kKeyPurposes) {
            const auto store = build(purpose);
            for (const auto& object : store->objects()) {
                EXPECT_NE(object->handle, CK_INVALID_HANDLE);
                handles.insert(object->handle);
                ++count;
            }
        }
    }
    EXPECT_EQ(handles.size(), count);
}

TEST(ObjectBuilder, UniqueIdsAreDistinctOverBothTokensAndBothCards) {
    std::set<std::string> ids;
    std::size_t count = 0;
    for (const Bytes& identity : {kIdentity, kOtherIdentity}) {
        for (const KeyPurpose purpose : kKeyPurposes) {
            const auto store = build(purpose, identity);
            for (const auto& object : store->objects()) {
                EXPECT_EQ(object->unique_id.size(), 32U);
                EXPECT_EQ(object->unique_id.find_first_not_of("0123456789ABCDEF"), std::string::npos);
                ids.insert(object->unique_id);
                ++count;
            }
        }
    }
    EXPECT_EQ(ids.size(), count);
}

TEST(ObjectBuilder, UniqueIdsStayTheSameForTheSameCard) {
    const auto first = build(KeyPurpose::authentication);
    const auto second = build(KeyPurpose::authentication);
    for (std::size_t i = 0; i < first->objects().size(); ++i)
        EXPECT_EQ(first->objects()[i]->unique_id, second->objects()[i]->unique_id);
}

}  // namespace
}  // namespace jpki::p11::testing
