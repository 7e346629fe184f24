#include "waist/validity.hpp"

#include <gtest/gtest.h>

namespace jpki {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

// As a clock on a wall in Japan shows it.
constexpr sys_seconds in_japan(year_month_day day, seconds time = 0s) { return sys_days(day) + time - 9h; }
// The end of a certificate: the last second of its last day.
constexpr sys_seconds end_of(year_month_day day) { return in_japan(day, 24h - 1s); }

TEST(DayInJapan, BeginsAtThreeInTheAfternoonOfTheDayBefore) {
    EXPECT_EQ(day_in_japan(sys_days(2029y / December / 31) + 14h + 59min + 59s),
              sys_days(2029y / December / 31));
    EXPECT_EQ(day_in_japan(sys_days(2029y / December / 31) + 15h), sys_days(2030y / January / 1));
}

TEST(DaysLeft, AreDaysOfTheCalendarAndNegativeOnceItIsOver) {
    constexpr sys_seconds end = end_of(2030y / February / 16);
    const struct {
        sys_seconds now;
        long left;
    } kDays[] = {
        {in_japan(2030y / February / 15), 1},
        {in_japan(2030y / February / 15, 24h - 1s), 1},
        {in_japan(2030y / February / 16), 0},
        {end, 0},
        {end + 1s, -1},
        {in_japan(2030y / February / 17, 24h - 1s), -1},
        {in_japan(2030y / February / 18), -2},
        {in_japan(2029y / December / 31, 24h - 1s), 47},
        {in_japan(2030y / January / 1), 46},
        {in_japan(2028y / February / 28), 719},
        {in_japan(2028y / February / 29, 9h), 718},
    };
    for (const auto& [now, left] : kDays)
        EXPECT_EQ(days_left(now, end), left) << now.time_since_epoch().count();
}

// Not every certificate ends at midnight: a test's, or one that a court has cut short.
TEST(DaysLeft, AreNegativeAtOnceWhereTheEndIsInTheMiddleOfADay) {
    const sys_seconds end = in_japan(2030y / February / 16, 12h);
    EXPECT_EQ(days_left(in_japan(2030y / February / 15, 23h), end), 1);
    EXPECT_EQ(days_left(in_japan(2030y / February / 16, 11h), end), 0);
    EXPECT_EQ(days_left(in_japan(2030y / February / 16, 13h), end), -1);
    EXPECT_EQ(days_left(in_japan(2030y / February / 17, 13h), end), -1);
}

TEST(Renewal, OpensAtMidnightInJapanThreeMonthsBeforeTheLastDay) {
    const struct {
        year_month_day last_day;
        year_month_day opens;
    } kCases[] = {
        {2030y / February / 16, 2029y / November / 16}, {2030y / May / 31, 2030y / February / 28},
        {2028y / May / 31, 2028y / February / 29},      {2028y / May / 29, 2028y / February / 29},
        {2029y / May / 29, 2029y / February / 28},      {2028y / February / 29, 2027y / November / 29},
        {2030y / November / 30, 2030y / August / 30},   {2030y / December / 31, 2030y / September / 30},
        {2030y / January / 31, 2029y / October / 31},   {2030y / March / 31, 2029y / December / 31},
        {2030y / January / 1, 2029y / October / 1},     {2100y / May / 29, 2100y / February / 28},
    };
    for (const auto& [last_day, opens] : kCases) {
        const sys_seconds end = end_of(last_day);
        EXPECT_EQ(renewal_begins(end), in_japan(opens)) << static_cast<int>(last_day.year());
        EXPECT_FALSE(renewal_open(in_japan(opens) - 1s, end));
        EXPECT_TRUE(renewal_open(in_japan(opens), end));
        EXPECT_TRUE(renewal_open(end, end));
        EXPECT_FALSE(renewal_open(end + 1s, end));
    }
}

}  // namespace
}  // namespace jpki
