#include "core/card_facts.hpp"

#include "core/card_memory.hpp"
#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

class Facts : public ::testing::Test {
  protected:
    Facts() { card_memory::forget_all(); }
    ~Facts() override { card_memory::forget_all(); }
    static std::shared_ptr<KnownCard> make(std::string_view identity) {
        return std::make_shared<KnownCard>(kFamily, to_bytes(identity), true);
    }
    static std::shared_ptr<const crypto::KeyFacts> key() {
        return std::make_shared<const crypto::KeyFacts>();
    }
};

TEST_F(Facts, OfAnotherCardGenerationAreNotTold) {
    CardFacts facts;
    EXPECT_EQ(facts.card(1), nullptr);
    const auto hanako = make("Hanako");
    facts.record(1, hanako);
    EXPECT_EQ(facts.card(1), hanako);
    EXPECT_EQ(facts.card(2), nullptr);
    const auto taro = make("Taro");
    facts.record(2, taro);
    EXPECT_EQ(facts.card(2), taro);
    EXPECT_EQ(facts.card(1), nullptr);
}

TEST_F(Facts, StayAsTheyWereFirstFoundOut) {
    CardFacts facts;
    const auto first = make("Hanako");
    facts.record(2, first);
    facts.record(2, make("Hanako"));
    EXPECT_EQ(facts.card(2), first) << "the other token found the same";
    facts.record(1, make("Taro"));
    EXPECT_EQ(facts.card(2), first) << "a job that came back late";
}

TEST_F(Facts, OfAKeyAreSetOnceAndForgottenForThatKeyAlone) {
    const auto card = make("Hanako");
    const auto first = key();
    card->record_key(KeyPurpose::signature, first);
    card->record_key(KeyPurpose::signature, key());
    card->record_key(KeyPurpose::authentication, key());
    card->record_validity(KeyPurpose::signature, crypto::Validity{});
    EXPECT_EQ(card->key(KeyPurpose::signature).key, first);
    EXPECT_TRUE(card->key(KeyPurpose::signature).validity);
    card->forget_key(KeyPurpose::signature);
    EXPECT_EQ(card->key(KeyPurpose::signature).key, nullptr);
    EXPECT_FALSE(card->key(KeyPurpose::signature).validity);
    EXPECT_NE(card->key(KeyPurpose::authentication).key, nullptr);
}

TEST_F(Facts, SayOfPssWhatWasFirstListedAndWhatALoginDecided) {
    const auto card = make("Hanako");
    EXPECT_EQ(card->lists_pss(), std::nullopt);
    EXPECT_FALSE(card->makes_pss());
    EXPECT_FALSE(card->pss_undecided()) << "nobody asked";
    card->record_pss(PssAnswer::undecided);
    EXPECT_EQ(card->lists_pss(), true);
    EXPECT_TRUE(card->makes_pss());
    EXPECT_TRUE(card->pss_undecided());
    card->record_pss(PssAnswer::unknown);
    EXPECT_EQ(card->lists_pss(), true) << "lists do not change";
    EXPECT_FALSE(card->makes_pss());
    EXPECT_FALSE(card->pss_undecided());
    // The same card, put in again.
    const auto again = make("Hanako");
    EXPECT_EQ(again->lists_pss(), false);
    EXPECT_FALSE(again->makes_pss());
    EXPECT_EQ(make("Taro")->lists_pss(), std::nullopt) << "another card";
}

TEST_F(Facts, NameTheCardByAHashOfItsIdentity) {
    EXPECT_EQ(make("Hanako")->serial().size(), 16U);
    EXPECT_EQ(make("Hanako")->serial(), make("Hanako")->serial());
    EXPECT_NE(make("Hanako")->serial(), make("Taro")->serial());
}

}  // namespace
}  // namespace jpki::p11::testing
