#include "core/validity.hpp"

#include <gtest/gtest.h>

namespace jpki::p11 {
namespace {

using namespace std::chrono_literals;

std::int64_t at(std::chrono::year_month_day day, std::chrono::seconds time = 0s) {
    return (std::chrono::sys_days(day).time_since_epoch() + time).count();
}

TEST(DaysLeft, AreWholeDaysRoundedDown) {
    constexpr std::int64_t kDay = 86400;
    EXPECT_EQ(days_left(0, 0), 0);
    EXPECT_EQ(days_left(0, kDay - 1), 0);
    EXPECT_EQ(days_left(0, kDay), 1);
    EXPECT_EQ(days_left(0, 30 * kDay + 5), 30);
    EXPECT_EQ(days_left(1, 0), -1);
    EXPECT_EQ(days_left(kDay, 0), -1);
    EXPECT_EQ(days_left(kDay + 1, 0), -2);
}

TEST(RenewalOpen, FromThreeCalendarMonthsBeforeTheEndToTheEnd) {
    using namespace std::chrono;
    const std::int64_t end = at(2030y / February / 16, 14h + 59min + 59s);
    EXPECT_FALSE(renewal_open(at(2029y / November / 15, 24h - 1s), end));
    EXPECT_TRUE(renewal_open(at(2029y / November / 16), end));
    EXPECT_TRUE(renewal_open(end, end));
    EXPECT_FALSE(renewal_open(end + 1, end));
}

TEST(RenewalOpen, FromTheLastDayWhereTheMonthIsTooShort) {
    using namespace std::chrono;
    const std::int64_t may = at(2030y / May / 31, 14h);
    EXPECT_FALSE(renewal_open(at(2030y / February / 27, 23h), may));
    EXPECT_TRUE(renewal_open(at(2030y / February / 28), may));
    const std::int64_t leap = at(2028y / May / 31, 14h);
    EXPECT_FALSE(renewal_open(at(2028y / February / 28), leap));
    EXPECT_TRUE(renewal_open(at(2028y / February / 29), leap));
}

}  // namespace
}  // namespace jpki::p11
