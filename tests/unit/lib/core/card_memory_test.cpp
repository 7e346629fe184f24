#include "core/card_memory.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

TEST(CardMemory, RemembersEachCardsAnswerByItsIdentity) {
    const Bytes one(256, 1);
    const Bytes two(256, 2);
    EXPECT_EQ(card_memory::knows_pss(one), std::nullopt);
    card_memory::remember_pss(one, true);
    card_memory::remember_pss(two, false);
    EXPECT_EQ(card_memory::knows_pss(one), true);
    EXPECT_EQ(card_memory::knows_pss(two), false);
    EXPECT_EQ(card_memory::knows_pss(Bytes(255, 1)), std::nullopt);
    card_memory::remember_pss(one, false);
    EXPECT_EQ(card_memory::knows_pss(one), false);
    card_memory::forget_all();
    EXPECT_EQ(card_memory::knows_pss(one), std::nullopt);
    EXPECT_EQ(card_memory::knows_pss(two), std::nullopt);
}

}  // namespace
}  // namespace jpki::p11
