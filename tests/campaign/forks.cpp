// A fork between any two steps of a program. The child has no part in the parent's card: until it initialises
// for itself it is told so, and whatever it does, the parent goes on.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include "families.hpp"

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;

// What the child does; 0 is well.
struct Child {
    const char* name;
    int (*live)();
};

int ask_everything() {
    CK_ULONG count = 0;
    CK_SESSION_HANDLE session = 0;
    CK_TOKEN_INFO token{};
    Bytes pin = to_bytes(kAuthPin);
    if (C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_CRYPTOKI_NOT_INITIALIZED) return 1;
    if (C_GetTokenInfo(kAuth, &token) != CKR_CRYPTOKI_NOT_INITIALIZED) return 2;
    if (C_OpenSession(kAuth, CKF_SERIAL_SESSION, nullptr, nullptr, &session) != CKR_CRYPTOKI_NOT_INITIALIZED)
        return 3;
    if (C_Login(1, CKU_USER, pin.data(), pin.size()) != CKR_CRYPTOKI_NOT_INITIALIZED) return 4;
    if (C_CloseAllSessions(kAuth) != CKR_CRYPTOKI_NOT_INITIALIZED) return 5;
    if (C_Finalize(nullptr) != CKR_CRYPTOKI_NOT_INITIALIZED) return 6;
    return 0;
}

int begin_anew() {
    CK_ULONG count = 0;
    if (C_Initialize(nullptr) != CKR_OK) return 1;
    if (C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) return 2;
    return C_Finalize(nullptr) == CKR_OK ? 0 : 3;
}

int leave_by_exec() {
    (void)::execl("/bin/true", "true", nullptr);
    return 1;
}

constexpr std::array<Child, 4> kChildren{{{"asks", ask_everything},
                                          {"initialises", begin_anew},
                                          {"leaves", [] { return 0; }},
                                          {"becomes-another", leave_by_exec}}};

void fork_here(Stage& stage, const Child& child, Ledger& ledger) {
    pid_t pid = -1;
    // Nobody is in the readers' own lock meanwhile: those are not what is tested.
    stage.readers.locked([&pid] { pid = ::fork(); });
    if (pid == 0) ::_exit(child.live());
    const auto end = std::chrono::steady_clock::now() + 5s;
    int status = 0;
    while (::waitpid(pid, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > end) {
            (void)::kill(pid, SIGKILL);
            (void)::waitpid(pid, &status, 0);
            return ledger.complain("I2: a forked child hangs");
        }
        std::this_thread::sleep_for(200us);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        ledger.complain(fmt::format("a forked child ended with {:#x}", status));
}

// The steps of a program; the fork comes before the step of this number.
constexpr unsigned kSteps = 12;

void walk(Stage& stage, User& user, unsigned at, const Child& child, Ledger& ledger) {
    unsigned step = 0;
    CK_SESSION_HANDLE session = 0;
    CK_SESSION_HANDLE other = 0;
    const auto next = [&] {
        if (step++ == at) fork_here(stage, child, ledger);
    };
    const auto must = [&](bool done, const char* what) {
        if (!done) ledger.complain(fmt::format("the parent cannot {}", what));
    };
    next();
    must(user.initialize(), "initialise");
    next();
    must(user.wait_for_token(), "see its card");
    next();
    must(user.token_info(kAuth), "read the token's information");
    next();
    must((session = user.open(KeyPurpose::authentication)) != 0, "open a session");
    next();
    must(user.read_all(session, KeyPurpose::authentication, CKO_CERTIFICATE), "read certificates");
    next();
    must(user.login(session, KeyPurpose::authentication, kAuthPin), "log in");
    next();
    must(user.sign(session, KeyPurpose::authentication), "sign");
    next();
    must((other = user.open(KeyPurpose::signature)) != 0, "open a second session");
    next();
    must(user.login(other, KeyPurpose::signature, kSignPin), "log in at the second token");
    next();
    must(user.sign(other, KeyPurpose::signature), "sign with the second key");
    next();
    must(user.logout(session), "log out");
    next();
    must(user.close(session), "close a session");
}

void meet_fork(unsigned at, const Child& child, const Setting& setting, unsigned pause, Ledger& ledger,
               const Baseline& before) {
    Stage stage(setting);
    User user(stage, ledger);
    // From amid a lease to long after it.
    stage.readers.before_command(
        [pause](ByteView) { std::this_thread::sleep_for(std::chrono::microseconds(pause)); });
    walk(stage, user, at, child, ledger);
    check_after_scenario(user, {100});
    stage.mend();
    check_recovery(user, false);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace

std::vector<Case> forks() {
    std::vector<Case> cases;
    for (unsigned at = 0; at < kSteps; ++at) {
        for (const Child& child : kChildren) {
            for (const bool threads : {true, false}) {
                for (unsigned pause = 0; pause < 5; ++pause) {
                    cases.push_back({fmt::format("forks/{}/{}/{}/{}", at, child.name,
                                                 threads ? "threads" : "inline", pause),
                                     [at, &child, threads, pause](Ledger& ledger, const Baseline& before) {
                                         meet_fork(at, child, {.threads = threads, .personality = {}},
                                                   pause * 100, ledger, before);
                                     }});
                }
            }
        }
    }
    return cases;
}

}  // namespace jpki::campaign
