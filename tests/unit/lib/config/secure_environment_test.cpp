// A program that runs with other rights than its caller's believes nothing that the caller says.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "temporary_directory.hpp"

namespace jpki::p11::testing {
namespace {

namespace fs = std::filesystem;

// Nobody in particular; not the caller.
constexpr uid_t kOther = 12345;

class SecureEnvironment : public ::testing::Test {
  protected:
    SecureEnvironment() { fs::copy_file(JPKI_ENVIRONMENT_PROBE, probe_); }

    // What the probe prints when all of the environment wants something of it.
    std::string run() {
        const std::string named = folder_.write("named", "last_try = \"allow\"\n", 0644);
        folder_.write("xdg/jpki-pkcs11/pkcs11.conf", "tokens = \"both\"\n", 0644);
        folder_.write("home/.config/jpki-pkcs11/pkcs11.conf", "tokens = \"both\"\n", 0644);
        // Whoever the probe runs as can reach all of it: what keeps it away is not a missing right.
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / ""))
            if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0777));
        fs::permissions(folder_ / "", fs::perms(0777));
        std::array<std::string, 4> wanted{"XDG_CONFIG_HOME=" + (folder_ / "xdg"),
                                          "HOME=" + (folder_ / "home"), "JPKI_PKCS11_LOG=" + log_,
                                          "JPKI_PKCS11_CONF=" + named};
        if (!names_file_) wanted[3] = "A=B";
        std::array<char*, 5> environment{wanted[0].data(), wanted[1].data(), wanted[2].data(),
                                         wanted[3].data(), nullptr};
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return "no pipe";
        const pid_t child = ::fork();
        if (child == 0) {
            std::array<char*, 2> arguments{probe_.data(), nullptr};
            (void)::dup2(ends[1], STDOUT_FILENO);
            (void)::execve(probe_.c_str(), arguments.data(), environment.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        std::array<char, 256> text{};
        const ssize_t size = ::read(ends[0], text.data(), text.size());
        ::close(ends[0]);
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    TemporaryDirectory folder_;
    std::string probe_ = folder_ / "probe";
    std::string log_ = folder_ / "log";
    bool names_file_ = true;
};

TEST_F(SecureEnvironment, AnOrdinaryProgramReadsWhatItsUserNames) {
    EXPECT_EQ(run(), "secure=0 last_try=allow tokens=other log=some problems=0\n");
    EXPECT_TRUE(fs::exists(log_));
    names_file_ = false;
    EXPECT_EQ(run(), "secure=0 last_try=refuse tokens=both log=some problems=0\n");
}

TEST_F(SecureEnvironment, AProgramThatChangedItsUserReadsNoneOfIt) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make a program run as somebody else";
    if (::chown(probe_.c_str(), kOther, kOther) != 0) GTEST_SKIP() << "there is nobody else here";
    ASSERT_EQ(::chmod(probe_.c_str(), 04755), 0);
    for (const bool names_file : {true, false}) {
        names_file_ = names_file;
        const std::string found = run();
        if (found.starts_with("secure=0")) GTEST_SKIP() << "set-user-ID has no effect here (nosuid)";
        EXPECT_EQ(found, "secure=1 last_try=refuse tokens=other log=none problems=0\n");
        EXPECT_FALSE(fs::exists(log_)) << "a log was written where the caller wanted it";
    }
}

}  // namespace
}  // namespace jpki::p11::testing
