// A host whose thread is interrupted a thousand times a second by a signal that does not restart calls.
#include <fmt/format.h>
#include <sys/time.h>

#include <csignal>
#include <stdexcept>

#include "families.hpp"

namespace jpki::campaign {

namespace {

volatile std::sig_atomic_t g_signals = 0;

class Storm {
  public:
    Storm() {
        struct sigaction action{};
        action.sa_handler = [](int) { g_signals = g_signals + 1; };
        if (::sigaction(SIGALRM, &action, &before_) != 0) throw std::runtime_error("no signal handler");
        set(1000);
    }
    Storm(const Storm&) = delete;
    Storm& operator=(const Storm&) = delete;
    ~Storm() {
        set(0);
        (void)::sigaction(SIGALRM, &before_, nullptr);
    }

  private:
    static void set(long microseconds) {
        const itimerval timer{{0, microseconds}, {0, microseconds}};
        (void)::setitimer(ITIMER_REAL, &timer, nullptr);
    }
    struct sigaction before_{};
};

void interrupt(const Scenario& scenario, const Setting& setting, Ledger& ledger, const Baseline& before) {
    (void)nominal_commands(scenario, setting);
    Stage stage(setting);
    User user(stage, ledger);
    bool done = false;
    {
        const Storm storm;
        // Long enough for some signals, however quick the machine.
        stage.readers.before_command([](ByteView) {
            const auto seen = g_signals;
            while (g_signals == seen) {
            }
        });
        done = scenario.run(user);
    }
    if (!done) ledger.complain("a signal ended what a program does");
    stage.mend();
    check_recovery(user, false);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace

std::vector<Case> signals() {
    std::vector<Case> cases;
    for (const Scenario& scenario : scenarios()) {
        for (const bool threads : {true, false}) {
            cases.push_back({fmt::format("signals/{}/{}", scenario.name, threads ? "threads" : "inline"),
                             [&scenario, threads](Ledger& ledger, const Baseline& before) {
                                 interrupt(scenario, {.threads = threads, .personality = {}}, ledger, before);
                             }});
        }
    }
    return cases;
}

}  // namespace jpki::campaign
