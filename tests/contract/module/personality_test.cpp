// Every disputed behaviour of real cards, one switch at a time and in pairs: both keys sign, nothing is
// wasted, and nobody else can sign afterwards.
#include "virtual/personality.hpp"
#include "world.hpp"

namespace jpki::testing {

namespace {

using Setting = std::pair<std::string, std::string>;

// Switches that make the card another one (or broken) have tests of their own.
bool disputed(std::string_view name) {
    for (const std::string_view other :
         {"family", "lie", "auth-cert", "sign-cert", "auth-pin", "sign-pin", "commands"}) {
        if (name == other) return false;
    }
    return true;
}

std::vector<Setting> settings() {
    std::vector<Setting> all;
    for (const vcard::SwitchInfo& info : vcard::personality_switches()) {
        if (!disputed(info.name)) continue;
        for (std::size_t i = 1; i < info.value_count(); ++i)
            all.emplace_back(info.name, info.values[i]);
    }
    return all;
}

}  // namespace

class Personalities : public World {
  protected:
    void both_keys_work(const std::string& under) {
        SCOPED_TRACE(under);
        initialize();
        for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
            token_info(slot);
            const CK_SESSION_HANDLE session = open(slot);
            EXPECT_EQ(login(session, pin), CKR_OK);
            EXPECT_EQ(sign_document(session), CKR_OK);
            CK_OBJECT_CLASS wanted = CKO_CERTIFICATE;
            for (const CK_OBJECT_HANDLE certificate : find(session, {{CKA_CLASS, &wanted, sizeof wanted}}))
                EXPECT_GT(get(session, certificate, CKA_VALUE).size(), 1000U);
            EXPECT_EQ(C_Logout(session), CKR_OK);
            EXPECT_FALSE(second_client_can_sign());
            EXPECT_EQ(login(session, pin), CKR_OK);
            EXPECT_EQ(sign_document(session), CKR_OK);
        }
        EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
        EXPECT_EQ(oracle().auth_pin.failed, 0U);
        EXPECT_EQ(oracle().sign_pin.failed, 0U);
        EXPECT_EQ(oracle().auth_pin.tries_left, 3U);
        EXPECT_EQ(oracle().sign_pin.tries_left, 5U);
    }
};

TEST_F(Personalities, EverySingleSwitch) {
    ASSERT_GT(settings().size(), 15U);
    for (const auto& [name, value] : settings()) {
        card = default_card();
        readers.insert(card);
        ASSERT_TRUE(set(name, value));
        both_keys_work(name + "=" + value);
    }
}

TEST_F(Personalities, EverySetOfThem) {
    for (const vcard::PersonalitySet& seen : vcard::personality_sets()) {
        card = default_card();
        readers.insert(card);
        ASSERT_TRUE(set(seen.name));
        both_keys_work(std::string(seen.name));
    }
}

TEST_F(Personalities, EveryPair) {
    const auto all = settings();
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            if (all[i].first == all[j].first) continue;
            card = default_card();
            readers.insert(card);
            ASSERT_TRUE(set(all[i].first, all[i].second));
            ASSERT_TRUE(set(all[j].first, all[j].second));
            both_keys_work(all[i].first + "=" + all[i].second + " " + all[j].first + "=" + all[j].second);
            if (HasFailure()) return;
        }
    }
}

}  // namespace jpki::testing
