#include "config/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace jpki::p11 {

namespace {

constexpr std::size_t kMaximumSize = 16UL * 1024 * 1024;
constexpr std::array<const char*, 5> kNames{"off", "error", "warning", "info", "trace"};

class LogFile final : public Log {
  public:
    LogFile(int file, LogLevel level) : file_(file), level_(level) {}
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() override { (void)::close(file_); }

    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level <= level_; }

    void write(LogLevel level, std::string_view line) noexcept override {
        if (!enabled(level) || written_.load() > kMaximumSize) return;
        std::array<char, 512> text{};
        std::timespec now{};
        (void)std::timespec_get(&now, TIME_UTC);
        std::tm utc{};
        (void)::gmtime_r(&now.tv_sec, &utc);
        const int length = std::snprintf(
            text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %d %s %.*s\n", utc.tm_year + 1900,
            utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
            ::getpid(), kNames[static_cast<std::size_t>(level)], static_cast<int>(line.size()), line.data());
        if (length <= 0) return;
        const std::size_t count = std::min(static_cast<std::size_t>(length), text.size() - 1);
        text[count - 1] = '\n';
        // One write: O_APPEND keeps lines of several processes apart.
        if (::write(file_, text.data(), count) > 0) written_ += count;
    }

  private:
    int file_;
    LogLevel level_;
    std::atomic<std::size_t> written_{0};
};

}  // namespace

std::unique_ptr<Log> open_log(const std::string& path, LogLevel level) {
    if (path.empty() || level == LogLevel::off) return std::make_unique<SilentLog>();
    const int file = ::open(
        path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (file < 0) return std::make_unique<SilentLog>();
    struct stat status {};
    const bool ours = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
    if (!ours) {
        (void)::close(file);
        return std::make_unique<SilentLog>();
    }
    return std::make_unique<LogFile>(file, level);
}

}  // namespace jpki::p11
