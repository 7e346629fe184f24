#include "common/new_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace jpki::app {
namespace {

namespace fs = std::filesystem;

class NewFile : public ::testing::Test {
  protected:
    NewFile() {
        std::string name = fs::temp_directory_path() / "jpki-new-file.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        mask_ = ::umask(022);
    }
    ~NewFile() override {
        (void)::umask(mask_);
        fs::remove_all(folder_);
    }

    [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
    static void put(const std::string& path, const std::string& contents, mode_t mode) {
        std::ofstream(path) << contents;
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }
    static std::string got(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static mode_t mode_of(const std::string& path) {
        struct stat status{};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0);
        return status.st_mode & 07777U;
    }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
    }

    fs::path folder_;

  private:
    mode_t mask_;
};

TEST_F(NewFile, IsWhatTheUmaskAllows) {
    EXPECT_EQ(write_whole(at("a"), "one", false), 0);
    EXPECT_EQ(got(at("a")), "one");
    EXPECT_EQ(mode_of(at("a")), 0644U);
    (void)::umask(077);
    EXPECT_EQ(write_whole(at("b"), "two", false), 0);
    EXPECT_EQ(mode_of(at("b")), 0600U);
    EXPECT_EQ(count(), 2U);
}

TEST_F(NewFile, ReplacesOnlyWhatItIsToldTo) {
    put(at("a"), "old", 0644);
    EXPECT_EQ(write_whole(at("a"), "new", false), EEXIST);
    EXPECT_EQ(check_place(at("a"), false), EEXIST);
    EXPECT_EQ(got(at("a")), "old");
    EXPECT_EQ(write_whole(at("a"), "new", true), 0);
    EXPECT_EQ(got(at("a")), "new");
    EXPECT_EQ(count(), 1U);
}

TEST_F(NewFile, IsNoWiderThanWhatWasThere) {
    for (const mode_t mode : {0600U, 0640U, 0400U}) {
        put(at("a"), "old", mode);
        EXPECT_EQ(write_whole(at("a"), "new", true), 0);
        EXPECT_EQ(mode_of(at("a")), mode);
        fs::remove(at("a"));
    }
    put(at("a"), "old", 0666);
    EXPECT_EQ(write_whole(at("a"), "new", true), 0);
    EXPECT_EQ(mode_of(at("a")), 0644U) << "nor than the umask";
}

TEST_F(NewFile, ReplacesNothingThatIsNoFile) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    fs::create_directory(at("folder"));
    for (const std::string& path : {at("fifo"), at("folder"), std::string("/dev/null")}) {
        EXPECT_EQ(write_whole(path, "new", true), kNoRegularFile) << path;
        EXPECT_EQ(check_place(path, true), kNoRegularFile) << path;
        EXPECT_EQ(write_whole(path, "new", false), EEXIST) << path;
    }
    EXPECT_TRUE(fs::is_fifo(at("fifo")));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
    EXPECT_EQ(count(), 2U);
}

TEST_F(NewFile, FollowsALinkToAFile) {
    fs::create_directory(at("there"));
    put(at("there/a"), "old", 0600);
    fs::create_symlink("there/a", at("link"));
    EXPECT_EQ(write_whole(at("link"), "new", true), 0);
    EXPECT_TRUE(fs::is_symlink(at("link")));
    EXPECT_EQ(got(at("there/a")), "new");
    EXPECT_EQ(mode_of(at("there/a")), 0600U);
}

TEST_F(NewFile, RefusesALinkToAnythingElse) {
    fs::create_symlink("/dev/null", at("device"));
    EXPECT_EQ(write_whole(at("device"), "new", true), kNoRegularFile);
    fs::create_symlink("nothing", at("dangling"));
    EXPECT_EQ(write_whole(at("dangling"), "new", true), ENOENT);
    EXPECT_EQ(write_whole(at("dangling"), "new", false), EEXIST);
    EXPECT_FALSE(fs::exists(at("nothing")));
}

TEST_F(NewFile, SaysWhyItCannotBeWrittenAndLeavesWhatWasThere) {
    put(at("a"), "old", 0600);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit little{4096, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    errno = ENOTTY;  // what a short count would leave standing
    const int error = write_whole(at("a"), std::string(100000, 'x'), true);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(error, EFBIG);
    EXPECT_EQ(got(at("a")), "old");
    EXPECT_EQ(count(), 1U);
    EXPECT_EQ(write_whole(at("no/folder"), "new", false), ENOENT);
    EXPECT_EQ(check_place(at("no/folder"), false), ENOENT);
}

TEST_F(NewFile, IsNotConfusedByWhatAnotherRunHasLeft) {
    put(at(".jpki-" + std::to_string(::getpid()) + "-0.new"), "left behind", 0600);
    EXPECT_EQ(write_whole(at("a"), "new", false), 0);
    EXPECT_EQ(got(at("a")), "new");
}

}  // namespace
}  // namespace jpki::app
