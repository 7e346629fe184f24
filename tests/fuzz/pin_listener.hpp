// A log that minds passwords. Not the PIN of four digits: a process that has lived long has handles of as
// many.
#pragma once

#include "harness.hpp"
#include "stage.hpp"
#include "waist/log.hpp"

namespace jpki::fuzz {

class PinListener final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel /*level*/) const noexcept override { return true; }
    void write(LogLevel /*level*/, std::string_view line) noexcept override {
        require(line.find(campaign::kSignPin) == std::string_view::npos, "no password is in the log");
    }
};

}  // namespace jpki::fuzz
