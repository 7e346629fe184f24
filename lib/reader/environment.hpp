// Everything the module needs from outside, injected once: readers, cards, time, randomness, the log, and
// whether it may have threads. Shared, because a worker stuck in a call outlives the module that made it.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "reader/timing.hpp"
#include "waist/card_port.hpp"
#include "waist/clock.hpp"
#include "waist/log.hpp"
#include "waist/random.hpp"
#include "waist/reader_port.hpp"

namespace jpki::p11 {

struct Environment {
    std::unique_ptr<ReaderSystem> readers;
    std::unique_ptr<CardFactory> cards;
    std::unique_ptr<Clock> clock;
    std::unique_ptr<Random> random;
    std::unique_ptr<Log> log;
    Config config;
    std::vector<ConfigProblem> problems;  // what was wrong with the configuration files
    View view = View::both;               // decided: never automatic
    bool ca_certificates = true;          // false: not shown, because the program takes them for the user's
    Timing timing;
    bool threads = true;  // false: everything runs in the caller's thread
};

class SteadyClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const noexcept override;
    [[nodiscard]] Duration suspended() const noexcept override;
    void sleep_until(TimePoint when) const noexcept override;
};

}  // namespace jpki::p11
