// Several threads, each with a context of its own, as our monitor and workers: they come and go at any time.
// libpcsclite 1.9.9 does not bear that everywhere. When a connection ends it walks the list of contexts
// without a lock, and into one that another thread frees: SIGSEGV, now and then. So this program stands
// before the three functions that are at the list, and looks whether two of them are ever under way at once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pcsc/functions.hpp"
#include "rig_world.hpp"

namespace {

std::atomic<int> g_at_the_list{0};
std::atomic<int> g_most{0};
std::atomic<bool> g_disconnect_hangs{false};

class AtTheList {
  public:
    AtTheList() {
        const int now = ++g_at_the_list;
        int most = g_most;
        while (most < now && !g_most.compare_exchange_weak(most, now))
            continue;
    }
    ~AtTheList() { --g_at_the_list; }
    AtTheList(const AtTheList&) = delete;
    AtTheList& operator=(const AtTheList&) = delete;
};

const jpki::card::pcsc::Functions& library() {
    static jpki::SilentLog log;
    return *jpki::card::pcsc::libpcsclite(log);
}

LONG establish_context(DWORD scope, LPCVOID reserved1, LPCVOID reserved2, LPSCARDCONTEXT context) {
    const AtTheList at_the_list;
    return library().SCardEstablishContext(scope, reserved1, reserved2, context);
}

LONG release_context(SCARDCONTEXT context) {
    const AtTheList at_the_list;
    return library().SCardReleaseContext(context);
}

LONG disconnect(SCARDHANDLE card, DWORD disposition) {
    const AtTheList at_the_list;
    while (g_disconnect_hangs)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return library().SCardDisconnect(card, disposition);
}

jpki::card::pcsc::Functions watched() {
    jpki::card::pcsc::Functions functions = library();
    functions.SCardEstablishContext = &establish_context;
    functions.SCardReleaseContext = &release_context;
    functions.SCardDisconnect = &disconnect;
    return functions;
}

}  // namespace

namespace jpki::card::pcsc::test {

namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 50;

}  // namespace

TEST(Threads, AreNeverTwoAtTheListOfContexts) {
    SilentLog log;
    const Functions functions = watched();
    const auto system = make_pcsc_reader_system(log, &functions);
    g_most = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, connects = i % 2 == 0] {
            for (int round = 0; round < kRounds; ++round) {
                const auto context = system->open();
                ASSERT_TRUE(context);
                if (connects) {
                    EXPECT_TRUE((*context)->connect(kReader, in(2s)));
                }
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(g_most, 1);
}

TEST(Threads, DoNotWaitLongForOneThatHangs) {
    SilentLog log;
    const Functions functions = watched();
    const auto system = make_pcsc_reader_system(log, &functions);
    const auto context = system->open();
    ASSERT_TRUE(context);
    auto connected = (*context)->connect(kReader, in(2s));
    ASSERT_TRUE(connected);
    g_disconnect_hangs = true;
    std::thread ending([&] { connected->reset(); });
    while (g_at_the_list == 0)
        std::this_thread::sleep_for(1ms);
    EXPECT_LT(took([&] { EXPECT_TRUE(system->open()); }), 1s);
    EXPECT_LT(took([&] { EXPECT_TRUE(system->open()); }), 200ms) << "only the first had to find out";
    g_disconnect_hangs = false;
    ending.join();
}

}  // namespace jpki::card::pcsc::test
