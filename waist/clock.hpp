// Time as the project sees it: a monotonic clock that tests can replace, and deadlines measured on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace jpki {

using Duration = std::chrono::steady_clock::duration;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr TimePoint kNever = TimePoint::max();

class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() const noexcept = 0;
    // How long the machine has slept since it was started; moves when it wakes up.
    [[nodiscard]] virtual Duration suspended() const noexcept { return Duration::zero(); }
    // Seconds since 1970, UTC, as the machine believes.
    [[nodiscard]] virtual std::int64_t wall_seconds() const noexcept { return std::time(nullptr); }
    // Blocks the calling thread; only a reader's own thread ever does.
    virtual void sleep_until(TimePoint when) const noexcept = 0;
};

}  // namespace jpki
