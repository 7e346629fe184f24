#include "core/card_memory.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

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

// The parent's memory has a lock, which a thread that the child does not have may hold.
TEST(CardMemory, OfTheParentIsNotTheChilds) {
    const Bytes one(256, 1);
    card_memory::remember_pss(one, true);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool forgotten = card_memory::knows_pss(one) == std::nullopt;
        card_memory::remember_pss(one, false);
        ::_exit(forgotten && card_memory::knows_pss(one) == false ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(card_memory::knows_pss(one), true);
    card_memory::forget_all();
}

}  // namespace
}  // namespace jpki::p11
