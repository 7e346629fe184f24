#include "core/environment.hpp"

#include <thread>

namespace jpki::p11 {

TimePoint SteadyClock::now() const noexcept { return std::chrono::steady_clock::now(); }

void SteadyClock::sleep_until(TimePoint when) const noexcept { std::this_thread::sleep_until(when); }

}  // namespace jpki::p11
