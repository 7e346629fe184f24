#include "document/certificate.hpp"

#include <gtest/gtest.h>

namespace jpki::app {
namespace {

using namespace std::chrono;

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
