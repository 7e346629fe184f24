#include "config/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "waist/visible.hpp"

namespace jpki::p11 {

namespace {

constexpr std::size_t kMaximumSize = 16UL * 1024 * 1024;
constexpr std::string_view kFull = "the log ends here: it has 16 MiB; remove the file for a new one";
constexpr std::array<const char*, 5> kNames{"off", "error", "warning", "info", "trace"};

class LogFile final : public Log {
  public:
    LogFile(int file, LogLevel level, std::size_t size) : file_(file), level_(level), size_(size) {}
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() override { (void)::close(file_); }

    [[nodiscard]] bool enabled(LogLevel level) const noexcept override {
        return level <= level_ && size_.load() <= kMaximumSize;
    }

    void write(LogLevel level, std::string_view line) noexcept override {
        if (!enabled(level)) return;
        const std::size_t count = append(level, line);
        // Whoever reaches the bound says so; what others write meanwhile comes after it.
        const std::size_t before = size_.fetch_add(count);
        if (before <= kMaximumSize && before + count > kMaximumSize) (void)append(LogLevel::warning, kFull);
    }

  private:
    // How many bytes that took.
    std::size_t append(LogLevel level, std::string_view line) const noexcept {
        std::array<char, 512> text{};
        std::timespec now{};
        (void)std::timespec_get(&now, TIME_UTC);
        std::tm utc{};
        (void)::gmtime_r(&now.tv_sec, &utc);
        const int length = std::snprintf(
            text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %d %s ", utc.tm_year + 1900,
            utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000,
            ::getpid(), kNames[static_cast<std::size_t>(level)]);
        if (length <= 0) return 0;
        std::size_t count = std::min(static_cast<std::size_t>(length), text.size() - 2);
        // A reader's or a file's name may hold anything.
        VisibleText shown(line);
        for (std::string_view piece = shown.next(); !piece.empty(); piece = shown.next()) {
            if (count + piece.size() + 2 > text.size()) break;
            count += piece.copy(&text[count], piece.size());
        }
        text[count++] = '\n';
        // One write: O_APPEND keeps lines of several processes apart.
        return ::write(file_, text.data(), count) > 0 ? count : 0;
    }

    int file_;
    LogLevel level_;
    std::atomic<std::size_t> size_;
};

}  // namespace

std::unique_ptr<Log> open_log(const std::string& path, LogLevel level) {
    if (path.empty() || level == LogLevel::off) return std::make_unique<SilentLog>();
    const int file = ::open(
        path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (file < 0) return std::make_unique<SilentLog>();
    struct stat status{};
    // A second name of the same file: somebody may have lent this one to a file of ours that is no log. And
    // what others can write proves nothing.
    const bool ours = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                      status.st_uid == ::geteuid() && status.st_nlink == 1 &&
                      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!ours || static_cast<std::size_t>(status.st_size) > kMaximumSize) {
        (void)::close(file);
        return std::make_unique<SilentLog>();
    }
    return std::make_unique<LogFile>(file, level, static_cast<std::size_t>(status.st_size));
}

}  // namespace jpki::p11
