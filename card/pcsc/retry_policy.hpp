// Waiting for other programs in small steps, within a deadline. Used by connection.cpp, for the calls
// that pcsc-lite would otherwise repeat without limit or not at all.
#pragma once

#include <algorithm>
#include <thread>
#include <utility>

#include "pcsc/functions.hpp"
#include "waist/clock.hpp"
#include "waist/result.hpp"

namespace jpki::card::pcsc {

class RetryPolicy {
  public:
    explicit RetryPolicy(TimePoint deadline) : deadline_(deadline) {}

    // Sleeps one step when `failure` may pass: for others who hold the card until the deadline, for a reset a
    // few times. Otherwise fails with it.
    Status after(const Error& failure) {
        const TimePoint now = std::chrono::steady_clock::now();
        if (failure.code != Errc::reader_busy) JPKI_TRY(count_reset(failure));
        if (now >= deadline_) return fail(Errc::reader_busy, failure.what, failure.detail);
        std::this_thread::sleep_until(std::min(deadline_, now + kStep));
        waited_ += std::chrono::steady_clock::now() - now;
        return {};
    }

    // A program that resets the card again and again must not keep us here for good. Fails with `failure`
    // when it has nothing to do with a reset.
    Status count_reset(const Error& failure) {
        // Inside a reset the protocol is unset, and a connection made just then meets that (seen once in
        // 1,500 kills of a program inside its transaction).
        const bool protocol_unset = failure.detail == number(SCARD_E_PROTO_MISMATCH);
        if (failure.code != Errc::card_reset && !protocol_unset) return fail(failure);
        // A card without power meets the same, and there each further try and look takes libpcsclite 400 ms.
        if (protocol_unset && std::exchange(was_unset_, true)) return fail(failure);
        if (++resets_ <= kMaximumResets) return {};
        return fail(Errc::reader_busy, "other programs keep resetting the card", failure.detail);
    }

    [[nodiscard]] Duration waited() const { return waited_; }

  private:
    // pcsc-lite's own losers look again every 200 ms; twenty times as often still costs next to nothing.
    static constexpr Duration kStep = std::chrono::milliseconds(10);
    static constexpr int kMaximumResets = 8;

    TimePoint deadline_;
    int resets_ = 0;
    bool was_unset_ = false;
    Duration waited_{};
};

}  // namespace jpki::card::pcsc
