#include "reader/environment.hpp"

#include <ctime>
#include <thread>

namespace jpki::p11 {

TimePoint SteadyClock::now() const noexcept { return std::chrono::steady_clock::now(); }

Duration SteadyClock::suspended() const noexcept {
    timespec boot{};
    timespec steady{};
    if (::clock_gettime(CLOCK_BOOTTIME, &boot) != 0 || ::clock_gettime(CLOCK_MONOTONIC, &steady) != 0)
        return Duration::zero();
    return std::chrono::seconds(boot.tv_sec - steady.tv_sec) +
           std::chrono::nanoseconds(boot.tv_nsec - steady.tv_nsec);
}

void SteadyClock::sleep_until(TimePoint when) const noexcept { std::this_thread::sleep_until(when); }

}  // namespace jpki::p11
