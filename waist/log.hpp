// The log's port: rooms hand over finished lines; lib/config decides whether and where they are written.
// No line ever holds a PIN, a certificate's content or an answer's data (reliability promise, SECURITY.md).
#pragma once

#include <cstdint>
#include <string_view>

namespace jpki {

enum class LogLevel : std::uint8_t { off, error, warning, info, trace };

class Log {
  public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    // Cheap; callers ask before they format.
    [[nodiscard]] virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view line) noexcept = 0;
};

// For those who have nothing to say.
class SilentLog final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel /*level*/) const noexcept override { return false; }
    void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {}
};

}  // namespace jpki
