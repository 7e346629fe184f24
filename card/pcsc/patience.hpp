// Waiting for other programs in small steps, within a deadline. Used by context.cpp and connection.cpp, for
// the calls that pcsc-lite would otherwise repeat without limit or not at all.
#pragma once

#include <thread>

#include "pcsc/link.hpp"

namespace jpki::card::pcsc {

class Patience {
  public:
    Patience(const Link& link, TimePoint deadline)
        : link_(&link), deadline_(deadline), cancels_(link.cancels()) {}

    // Sleeps one step. Fails with `reason` when the time is over, with abandoned when the context was
    // cancelled.
    Status pause(const Error& reason) {
        const TimePoint now = std::chrono::steady_clock::now();
        if (now >= deadline_) return fail(reason);
        std::this_thread::sleep_until(std::min(deadline_, now + kStep));
        waited_ += std::chrono::steady_clock::now() - now;
        if (link_->cancels() != cancels_) return fail(Errc::abandoned, "cancelled while others had the card");
        return {};
    }

    [[nodiscard]] Duration waited() const { return waited_; }

  private:
    // pcsc-lite's own losers look again every 200 ms; twenty times as often still costs next to nothing.
    static constexpr Duration kStep = std::chrono::milliseconds(10);

    const Link* link_;
    TimePoint deadline_;
    std::uint32_t cancels_;
    Duration waited_{};
};

}  // namespace jpki::card::pcsc
