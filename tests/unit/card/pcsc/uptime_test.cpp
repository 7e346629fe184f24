#include "pcsc/uptime.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace jpki::card::pcsc {
namespace {

using namespace std::chrono_literals;

class Uptime : public ::testing::Test {
  protected:
    Uptime() {
        std::filesystem::create_directories(folder_);
        ::setenv("PCSCLITE_CSOCK_NAME", (folder_ / "pcscd.comm").c_str(), 1);
    }
    ~Uptime() override {
        ::unsetenv("PCSCLITE_CSOCK_NAME");
        std::filesystem::remove_all(folder_);
    }
    void started(std::chrono::seconds ago) const {
        std::ofstream(folder_ / "pcscd.pid") << "4711\n";
        std::filesystem::last_write_time(folder_ / "pcscd.pid",
                                         std::filesystem::file_time_type::clock::now() - ago);
    }
    std::filesystem::path folder_ =
        std::filesystem::path(::testing::TempDir()) / ("uptime" + std::to_string(::getpid()));
};

TEST_F(Uptime, IsTheAgeOfTheFileBesideTheSocket) {
    started(0s);
    EXPECT_LT(service_uptime(), 5s);
    started(3600s);
    EXPECT_GE(service_uptime(), 3600s);
    EXPECT_LT(service_uptime(), 3700s);
}

TEST_F(Uptime, IsNotKnownWithoutOne) {
    EXPECT_EQ(service_uptime(), Duration{});
    ::setenv("PCSCLITE_CSOCK_NAME", "pcscd.comm", 1);
    EXPECT_EQ(service_uptime(), Duration{});
    ::setenv("PCSCLITE_CSOCK_NAME", ("/" + std::string(300, 'x') + "/pcscd.comm").c_str(), 1);
    EXPECT_EQ(service_uptime(), Duration{});
}

// The clock was set back meanwhile.
TEST_F(Uptime, IsNotKnownWhereTheFileIsOfTheFuture) {
    started(-3600s);
    EXPECT_EQ(service_uptime(), Duration{});
}

}  // namespace
}  // namespace jpki::card::pcsc
