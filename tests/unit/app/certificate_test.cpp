#include "certificate.hpp"

#include <gtest/gtest.h>

namespace jpki::app {
namespace {

using namespace std::chrono;

Certificate until(year_month_day day) {
    Certificate certificate;
    certificate.not_after = sys_days(day) + 14h + 59min + 59s;  // midnight in Japan
    return certificate;
}

TEST(Renewal, OpensThreeMonthsBeforeTheEndAndClosesWithIt) {
    const Certificate certificate = until(2030y / 2 / 17);
    const Time opens = sys_days(2029y / 11 / 17) + 14h + 59min + 59s;
    EXPECT_FALSE(certificate.renewal_open(opens - 1s));
    EXPECT_TRUE(certificate.renewal_open(opens));
    EXPECT_TRUE(certificate.renewal_open(certificate.not_after));
    EXPECT_FALSE(certificate.renewal_open(certificate.not_after + 1s));
}

TEST(Renewal, TakesTheLastDayOfAShorterMonth) {
    const Certificate certificate = until(2030y / 5 / 31);
    EXPECT_FALSE(certificate.renewal_open(sys_days(2030y / 2 / 28) + 14h));
    EXPECT_TRUE(certificate.renewal_open(sys_days(2030y / 2 / 28) + 15h));
}

TEST(DaysLeft, AreWholeDaysAndNegativeAfterTheEnd) {
    const Certificate certificate = until(2030y / 2 / 17);
    EXPECT_EQ(certificate.days_left(certificate.not_after - 24h), 1);
    EXPECT_EQ(certificate.days_left(certificate.not_after - 23h), 0);
    EXPECT_EQ(certificate.days_left(certificate.not_after + 1s), -1);
}

TEST(DateInJapan, IsNineHoursAhead) {
    EXPECT_EQ(date_in_japan(sys_days(2029y / 12 / 31) + 14h + 59min + 59s), "2029-12-31");
    EXPECT_EQ(date_in_japan(sys_days(2029y / 12 / 31) + 15h), "2030-01-01");
}

TEST(Certificate, GarbageIsNone) {
    EXPECT_FALSE(parse_certificate({}));
    EXPECT_FALSE(parse_certificate({0x30, 0x03, 0x02, 0x01, 0x01}));
}

}  // namespace
}  // namespace jpki::app
