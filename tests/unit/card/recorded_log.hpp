// A Log that keeps every line, for tests that read them.
#pragma once

#include <string>

#include "waist/log.hpp"

namespace jpki::card::testing {

class RecordedLog final : public Log {
  public:
    explicit RecordedLog(LogLevel level = LogLevel::trace) : level_(level) {}
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level <= level_; }
    void write(LogLevel /*level*/, std::string_view line) noexcept override {
        text_.append(line);
        text_ += '\n';
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool says(std::string_view part) const { return text_.find(part) != std::string::npos; }

  private:
    LogLevel level_;
    std::string text_;
};

}  // namespace jpki::card::testing
