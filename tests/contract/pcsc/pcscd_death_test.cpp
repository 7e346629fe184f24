// pcscd stopped, killed, gone and back again. Each suite needs a rig of its own: afterwards its pcscd is no
// more.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "pcsc/reader_system.hpp"
#include "rig_world.hpp"

namespace jpki::card::pcsc::test {

namespace {

std::size_t open_files() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

}  // namespace

TEST(PcscdDeath, IsServiceUnavailableUntilANewContext) {
    SilentLog log;
    const auto system = readers_of_pcscd(log);
    const std::size_t files = open_files();
    CardEventCount before;
    {
        const auto context = system->open();
        ASSERT_TRUE(context);
        const auto list = (*context)->list();
        ASSERT_TRUE(list);
        before = list->at(0).event_count;
        ASSERT_TRUE(list->at(0).card_present);
        const auto connection = (*context)->connect(kReader, in(1s));
        ASSERT_TRUE(connection);
        ASSERT_TRUE((*connection)->begin(in(1s)));
        SCARDCONTEXT bare = 0;
        ASSERT_EQ(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &bare), SCARD_S_SUCCESS);

        kill_pcscd();
        EXPECT_EQ(SCardIsValidContext(bare), SCARD_S_SUCCESS) << "a check that must not be relied upon";
        SCardReleaseContext(bare);
        EXPECT_TRUE(failed_with((*connection)->transmit(select_jpki(), kNever), Errc::service_unavailable));
        (*connection)->end(Disposition::leave);
        EXPECT_TRUE(failed_with((*connection)->begin(in(1s)), Errc::service_unavailable));
        EXPECT_TRUE(failed_with((*context)->list(), Errc::service_unavailable));
        EXPECT_TRUE(failed_with((*context)->connect(kReader, in(1s)), Errc::service_unavailable));

        // No pcscd at all: told quickly.
        EXPECT_LT(took([&] { EXPECT_TRUE(failed_with(system->open(), Errc::service_unavailable)); }), 100ms);
        std::filesystem::remove(std::getenv("PCSCLITE_CSOCK_NAME"));
        EXPECT_LT(took([&] { EXPECT_TRUE(failed_with(system->open(), Errc::service_unavailable)); }), 100ms);

        const NewPcscd pcscd;
        EXPECT_TRUE(failed_with((*context)->list(), Errc::service_unavailable))
            << "an old context stays dead";
        EXPECT_TRUE(failed_with((*connection)->begin(in(1s)), Errc::service_unavailable));
        const auto again = system->open();
        ASSERT_TRUE(again);
        ASSERT_TRUE(eventually([&] {
            const auto readers = (*again)->list();
            return readers && !readers->empty() && readers->at(0).card_present;
        }));
        // Its counters begin anew and may well say what the old ones said, with another card in the reader.
        EXPECT_NE(before, (*again)->list()->at(0).event_count);
        const auto reconnected = (*again)->connect(kReader, in(1s));
        ASSERT_TRUE(reconnected);
        ASSERT_TRUE((*reconnected)->begin(in(1s)));
        EXPECT_TRUE((*reconnected)->transmit(select_jpki(), kNever));
    }
    EXPECT_EQ(files, open_files());
}

// Every call waits while pcscd does (libpcsclite knows no time limit): that is why they are made by threads
// of our own. Measured here so that nobody builds on anything better.
TEST(PcscdStopped, BlocksEveryCallUntilItGoesOn) {
    SilentLog log;
    const auto system = readers_of_pcscd(log);
    const auto context = system->open();
    ASSERT_TRUE(context);
    signal_pcscd(SIGSTOP);
    std::thread later([] {
        std::this_thread::sleep_for(700ms);
        signal_pcscd(SIGCONT);
    });
    const Duration time = took([&] { EXPECT_TRUE((*context)->list()); });
    later.join();
    EXPECT_GE(time, 600ms);
    EXPECT_LT(time, 1500ms);
}

}  // namespace jpki::card::pcsc::test
