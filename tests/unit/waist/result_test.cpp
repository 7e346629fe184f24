#include "waist/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <type_traits>

#include "waist/log.hpp"

namespace jpki {
namespace {

static_assert(std::is_trivially_copyable_v<Error>, "crosses threads and outlives everything");
static_assert(std::is_nothrow_move_constructible_v<Status>);

Status passes_on(const Status& given, bool& reached) {
    JPKI_TRY(given);
    reached = true;
    return {};
}

Result<int> doubles(Result<int> given) {
    JPKI_TRY_ASSIGN(const int value, given);
    return value * 2;
}

Result<std::unique_ptr<int>> moves(Result<std::unique_ptr<int>> given) {
    JPKI_TRY_ASSIGN(std::unique_ptr<int> first, std::move(given));
    JPKI_TRY_ASSIGN(first, Result<std::unique_ptr<int>>(std::move(first)));
    return first;
}

TEST(Fail, CarriesCodeDetailTextAndPlace) {
    const Status status = fail(Errc::card_failure, "unexpected", 0x6581);
    const auto line = std::uint32_t{__LINE__ - 1};
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::card_failure);
    EXPECT_EQ(status.error().detail, 0x6581U);
    EXPECT_EQ(std::string_view(status.error().what), "unexpected");
    EXPECT_EQ(status.error().where.line(), line);
}

TEST(Fail, HasNoDetailAndNoTextUnlessTold) {
    const Status status = fail(Errc::no_card);
    EXPECT_EQ(status.error().detail, 0U);
    EXPECT_EQ(std::string_view(status.error().what), "");
}

TEST(Fail, PassesAnErrorOnAsItWas) {
    const Status first = fail(Errc::transport, "below", 7);
    const Status second = fail(first.error());
    EXPECT_EQ(second.error().code, Errc::transport);
    EXPECT_EQ(second.error().detail, 7U);
    EXPECT_EQ(second.error().where.line(), first.error().where.line());
}

TEST(FailedWith, IsTrueForThatCodeOnly) {
    EXPECT_TRUE(failed_with(Status(fail(Errc::no_card)), Errc::no_card));
    EXPECT_FALSE(failed_with(Status(fail(Errc::no_card)), Errc::transport));
    EXPECT_FALSE(failed_with(Status(), Errc::no_card));
    EXPECT_FALSE(failed_with(Result<int>(1), Errc::no_card));
}

TEST(Try, GoesOnAfterSuccess) {
    bool reached = false;
    EXPECT_TRUE(passes_on({}, reached));
    EXPECT_TRUE(reached);
}

TEST(Try, ReturnsTheErrorUnchangedAndGoesNoFurther) {
    bool reached = false;
    const Status status = passes_on(fail(Errc::timed_out, "late", 3), reached);
    EXPECT_FALSE(reached);
    ASSERT_TRUE(failed_with(status, Errc::timed_out));
    EXPECT_EQ(status.error().detail, 3U);
}

TEST(TryAssign, TakesTheValueOrReturnsTheError) {
    EXPECT_EQ(doubles(21), 42);
    EXPECT_TRUE(failed_with(doubles(fail(Errc::internal)), Errc::internal));
}

TEST(TryAssign, MovesWhatCannotBeCopiedAndAssignsToWhatExists) {
    const auto moved = moves(std::make_unique<int>(5));
    ASSERT_TRUE(moved);
    EXPECT_EQ(**moved, 5);
}

TEST(SilentLog, WantsNothing) {
    SilentLog log;
    EXPECT_FALSE(log.enabled(LogLevel::error));
    EXPECT_FALSE(log.enabled(LogLevel::trace));
    log.write(LogLevel::error, "nowhere");
}

}  // namespace
}  // namespace jpki
