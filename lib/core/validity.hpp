// How long a certificate still holds and when it can be renewed, in days and months as people count them.
#pragma once

#include <chrono>
#include <cstdint>

namespace jpki::p11 {

// Whole days from `now` to `not_after` (seconds since 1970, UTC), rounded down; negative once it has expired.
constexpr std::int64_t days_left(std::int64_t now, std::int64_t not_after) {
    constexpr std::int64_t kDay = 86400;
    const std::int64_t seconds = not_after - now;
    return seconds >= 0 ? seconds / kDay : -((-seconds + kDay - 1) / kDay);
}

// Renewal is open from three calendar months before the end (the municipalities' rule) to the end.
constexpr bool renewal_open(std::int64_t now, std::int64_t not_after) {
    using namespace std::chrono;
    const sys_seconds end{seconds(not_after)};
    const sys_days end_day = floor<days>(end);
    year_month_day start = year_month_day(end_day) - months(3);
    if (!start.ok()) start = start.year() / start.month() / last;
    return sys_seconds(seconds(now)) >= sys_seconds(sys_days(start)) && now <= not_after;
}

}  // namespace jpki::p11
