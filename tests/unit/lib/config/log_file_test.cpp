#include "config/log_file.hpp"

#include <unistd.h>

#include <regex>

#include "temporary_directory.hpp"

namespace jpki::p11::testing {
namespace {

class LogFile : public ::testing::Test {
  protected:
    static bool silent(const std::unique_ptr<Log>& log) { return !log->enabled(LogLevel::error); }
    TemporaryDirectory folder_;
    std::string path_ = folder_ / "log";
};

TEST_F(LogFile, WritesOneLineWithTimeProcessAndLevel) {
    open_log(path_, LogLevel::trace)->write(LogLevel::warning, "a line");
    const std::regex shape("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z " +
                           std::to_string(::getpid()) + " warning a line\n");
    EXPECT_TRUE(std::regex_match(content_of(path_), shape)) << content_of(path_);
}

TEST_F(LogFile, BelongsToItsOwnerAlone) {
    const mode_t before = ::umask(0);
    (void)open_log(path_, LogLevel::error);
    ::umask(before);
    struct stat status{};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(LogFile, IsAppendedTo) {
    folder_.write("log", "before\n");
    open_log(path_, LogLevel::error)->write(LogLevel::error, "after");
    EXPECT_EQ(content_of(path_).substr(0, 7), "before\n");
    EXPECT_NE(content_of(path_).find(" error after\n"), std::string::npos);
}

TEST_F(LogFile, HoldsWhatTheLevelAsksFor) {
    const auto log = open_log(path_, LogLevel::warning);
    EXPECT_TRUE(log->enabled(LogLevel::error));
    EXPECT_TRUE(log->enabled(LogLevel::warning));
    EXPECT_FALSE(log->enabled(LogLevel::info));
    EXPECT_FALSE(log->enabled(LogLevel::trace));
    log->write(LogLevel::info, "too much");
    EXPECT_EQ(content_of(path_), "");
}

TEST_F(LogFile, IsNotMadeWhenNobodyWantsOne) {
    EXPECT_TRUE(silent(open_log("", LogLevel::trace)));
    EXPECT_TRUE(silent(open_log(path_, LogLevel::off)));
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LogFile, IsNotOneThatOthersCanWrite) {
    for (const mode_t mode : {0666U, 0620U, 0602U, 0622U, 0777U}) {
        folder_.write("log", "kept\n");
        ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
        const auto log = open_log(path_, LogLevel::trace);
        EXPECT_TRUE(silent(log)) << std::oct << mode;
        log->write(LogLevel::error, "a line");
        EXPECT_EQ(content_of(path_), "kept\n");
    }
    for (const mode_t mode : {0600U, 0640U, 0644U}) {
        ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
        EXPECT_FALSE(silent(open_log(path_, LogLevel::trace))) << std::oct << mode;
    }
}

TEST_F(LogFile, FollowsNoLink) {
    const std::string target = folder_.write("target", "kept\n");
    ASSERT_EQ(::symlink(target.c_str(), path_.c_str()), 0);
    const auto log = open_log(path_, LogLevel::trace);
    EXPECT_TRUE(silent(log));
    log->write(LogLevel::error, "through a link");
    EXPECT_EQ(content_of(target), "kept\n");
}

TEST_F(LogFile, IsARegularFile) {
    EXPECT_TRUE(silent(open_log(folder_ / "", LogLevel::trace)));
    const std::string fifo = folder_ / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_TRUE(silent(open_log(fifo, LogLevel::trace))) << "and does not wait for a reader";
    EXPECT_TRUE(silent(open_log("/dev/null", LogLevel::trace)));
    EXPECT_TRUE(silent(open_log(folder_ / "no/such/folder", LogLevel::trace)));
}

TEST_F(LogFile, IsOurOwn) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    folder_.write("log", "theirs\n", 0666);
    ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
    const auto log = open_log(path_, LogLevel::trace);
    EXPECT_TRUE(silent(log));
    log->write(LogLevel::error, "mine");
    EXPECT_EQ(content_of(path_), "theirs\n");
}

TEST_F(LogFile, CutsAnEndlessLineAndStillEndsIt) {
    const auto log = open_log(path_, LogLevel::trace);
    log->write(LogLevel::info, std::string(4000, 'x'));
    log->write(LogLevel::info, "next");
    const std::string text = content_of(path_);
    EXPECT_EQ(text.find('\n'), 510U);
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
    EXPECT_TRUE(text.ends_with(" info next\n"));
}

TEST_F(LogFile, IsNoOtherFilesSecondName) {
    const std::string target = folder_.write("target", "kept\n");
    ASSERT_EQ(::link(target.c_str(), path_.c_str()), 0);
    const auto log = open_log(path_, LogLevel::trace);
    EXPECT_TRUE(silent(log));
    log->write(LogLevel::error, "through another name");
    EXPECT_EQ(content_of(target), "kept\n");
}

TEST_F(LogFile, KeepsALineOneLine) {
    open_log(path_, LogLevel::trace)->write(LogLevel::info, "a\nb\rc\x1B[2Jd\x7F カード\u202E\u0085\xFF");
    const std::string text = content_of(path_);
    EXPECT_TRUE(text.ends_with(R"( info a\nb\rc\x1B[2Jd\x7F カード\u{202E}\u{85}\xFF)"
                               "\n"))
        << text;
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST_F(LogFile, CutsNoCharacter) {
    std::string line;
    for (int i = 0; i < 300; ++i)
        line += "鍵";
    open_log(path_, LogLevel::trace)->write(LogLevel::info, "x" + line);
    const std::string text = content_of(path_);
    EXPECT_TRUE(text.ends_with("鍵\n")) << text;
    EXPECT_LE(text.size(), 511U);
}

constexpr std::uintmax_t kBound = 16UL * 1024 * 1024;

TEST_F(LogFile, StopsGrowingAtItsBoundAndSaysSo) {
    const auto log = open_log(path_, LogLevel::trace);
    const std::string line(450, 'x');
    for (int i = 0; i < 40000; ++i)
        log->write(LogLevel::trace, line);
    EXPECT_GT(std::filesystem::file_size(path_), kBound);
    EXPECT_LT(std::filesystem::file_size(path_), kBound + 1024);
    EXPECT_TRUE(silent(log)) << "nobody needs to format what is not written";
    const std::string text = content_of(path_);
    const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
    EXPECT_TRUE(last.ends_with(" warning the log ends here: it has 16 MiB; remove the file for a new one\n"))
        << last;
    EXPECT_EQ(text.find("the log ends here"), text.rfind("the log ends here"));
}

TEST_F(LogFile, CountsWhatIsThereAlready) {
    folder_.write("log", "");
    std::filesystem::resize_file(path_, kBound);
    open_log(path_, LogLevel::trace)->write(LogLevel::trace, "the last one");
    EXPECT_GT(std::filesystem::file_size(path_), kBound);
    const auto size = std::filesystem::file_size(path_);
    EXPECT_LT(size, kBound + 512);
    const auto full = open_log(path_, LogLevel::trace);
    EXPECT_TRUE(silent(full));
    full->write(LogLevel::error, "one more");
    EXPECT_EQ(std::filesystem::file_size(path_), size);
}

TEST_F(LogFile, LeavesNothingOpenBehind) {
    const int before = ::dup(0);
    ::close(before);
    (void)open_log(path_, LogLevel::trace);
    (void)open_log("/dev/null", LogLevel::trace);
    const int after = ::dup(0);
    ::close(after);
    EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace jpki::p11::testing
