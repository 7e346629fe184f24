// How long a certificate still holds and when it can be renewed, in the days and months of Japan, by whose
// midnight it ends. For the module's vendor interface and for the programs, so that they say the same; it
// knows no clock and no certificate.
#pragma once

#include <algorithm>
#include <chrono>

namespace jpki {

constexpr std::chrono::sys_days day_in_japan(std::chrono::sys_seconds when) {
    return std::chrono::floor<std::chrono::days>(when + std::chrono::hours(9));
}

// From today to the last day; 0 on that one, negative once it is over.
constexpr long days_left(std::chrono::sys_seconds now, std::chrono::sys_seconds not_after) {
    const auto days = static_cast<long>((day_in_japan(not_after) - day_in_japan(now)).count());
    return now <= not_after ? days : std::min(days, -1L);
}

// The municipalities' rule: three months before the last day, from midnight; the last day of a month that is
// too short.
constexpr std::chrono::sys_seconds renewal_begins(std::chrono::sys_seconds not_after) {
    using namespace std::chrono;
    year_month_day first = year_month_day(day_in_japan(not_after)) - months(3);
    if (!first.ok()) first = first.year() / first.month() / last;
    return sys_days(first) - hours(9);
}

constexpr bool renewal_open(std::chrono::sys_seconds now, std::chrono::sys_seconds not_after) {
    return now >= renewal_begins(not_after) && now <= not_after;
}

}  // namespace jpki
