#include "core/operation.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

TEST(Progress, AOneShotCallMayBeAskedForItsSizeAgainAndAgain) {
    Progress progress;
    EXPECT_TRUE(progress.take(Step::one_shot));
    EXPECT_TRUE(progress.take(Step::one_shot));
}

TEST(Progress, UpdatesGoOnUntilTheEnd) {
    Progress progress;
    EXPECT_TRUE(progress.take(Step::update));
    EXPECT_TRUE(progress.take(Step::update));
    EXPECT_TRUE(progress.take(Step::final));
    EXPECT_TRUE(progress.take(Step::final));
}

TEST(Progress, AnEndWithoutAnUpdateSignsNothing) {
    Progress progress;
    EXPECT_TRUE(progress.take(Step::final));
    EXPECT_FALSE(progress.take(Step::one_shot));
}

TEST(Progress, TheTwoWaysDoNotMix) {
    Progress begun_at_once;
    EXPECT_TRUE(begun_at_once.take(Step::one_shot));
    EXPECT_FALSE(begun_at_once.take(Step::update));
    EXPECT_FALSE(begun_at_once.take(Step::final));
    Progress begun_in_parts;
    EXPECT_TRUE(begun_in_parts.take(Step::update));
    EXPECT_FALSE(begun_in_parts.take(Step::one_shot));
    EXPECT_TRUE(begun_in_parts.take(Step::final));
}

}  // namespace
}  // namespace jpki::p11
