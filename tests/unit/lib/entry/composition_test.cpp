// What the shipped module is put together from, for different configurations and hosts. Nothing is opened
// here: no pcscd is asked for anything.
#include "entry/composition.hpp"

#include <gtest/gtest.h>

#include "entry/host.hpp"
#include "temporary_directory.hpp"

namespace {
bool refuses_lock = false;
}  // namespace

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's (--wrap).
int __real_mlock(const void* at, std::size_t size);
int __wrap_mlock(const void* at, std::size_t size);
int __wrap_mlock(const void* at, std::size_t size) { return refuses_lock ? -1 : __real_mlock(at, size); }
// NOLINTEND(bugprone-reserved-identifier)
}

namespace jpki::p11::testing {
namespace {

class Composition : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_FALSE(forbids_threads_by_habit());
        (void)::setenv("PCSCLITE_CSOCK_NAME", (folder_ / "no-pcscd-here").c_str(), 1);
        (void)::unsetenv("JPKI_PKCS11_LOG");
    }
    void TearDown() override {
        refuses_lock = false;
        (void)::unsetenv("JPKI_PKCS11_CONF");
    }

    [[nodiscard]] std::shared_ptr<const Environment> with(const std::string& configuration,
                                                          bool no_threads = false) const {
        (void)::setenv("JPKI_PKCS11_CONF", folder_.write("conf", configuration).c_str(), 1);
        return compose({.no_threads = no_threads});
    }
    // A configuration whose log is ours to read.
    [[nodiscard]] std::string logging(const std::string& level) const {
        return "log_file = \"" + log_ + "\"\nlog_level = \"" + level + "\"\n";
    }

    TemporaryDirectory folder_;
    std::string log_ = folder_ / "log";
};

TEST_F(Composition, AsksTheHostForThreadsUnlessTheUserHasDecided) {
    EXPECT_TRUE(with("", false)->threads);
    EXPECT_FALSE(with("", true)->threads);
    EXPECT_TRUE(with("worker_threads = \"always\"", true)->threads);
    EXPECT_FALSE(with("worker_threads = \"never\"", false)->threads);
}

TEST_F(Composition, ShowsTheTokensThatTheUserNames) {
    EXPECT_EQ(with("")->view, View::both);
    EXPECT_EQ(with("tokens = \"authentication\"")->view, View::authentication);
    EXPECT_EQ(with("tokens = \"signature\"")->view, View::signature);
}

TEST_F(Composition, WorksWithABadConfigurationAndLogsWhereItIsBad) {
    const auto made = with(logging("warning") + "last_try = 7\ntokens = \"signature\"\n");
    EXPECT_EQ(made->config.last_try, LastTry::refuse);
    EXPECT_EQ(made->view, View::signature) << "one bad line took the others with it";
    ASSERT_EQ(made->problems.size(), 1U);
    EXPECT_EQ(made->problems.front().line, 3U);
    EXPECT_NE(content_of(log_).find("conf:3:"), std::string::npos) << content_of(log_);
}

TEST_F(Composition, WarnsWhenPinsCannotBeKeptFromTheSwapFile) {
    (void)with(logging("warning"));
    EXPECT_EQ(content_of(log_), "") << "warned of nothing";
    refuses_lock = true;
    EXPECT_NE(with(logging("error")), nullptr);
    EXPECT_EQ(content_of(log_), "") << "a warning at a level that wants none";
    EXPECT_NE(with(logging("warning")), nullptr);
    EXPECT_NE(content_of(log_).find("cannot be locked"), std::string::npos) << content_of(log_);
}

}  // namespace
}  // namespace jpki::p11::testing
