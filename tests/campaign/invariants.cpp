#include "invariants.hpp"

#include <dirent.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;

// Work that may be repeated is repeated once at most, from its beginning. On a busy machine the linger of the
// campaign, a millisecond, may also pass between any two steps, and each of them then opens a lease of its
// own.
constexpr std::size_t kTimes = 4;
constexpr std::size_t kExtraCommands = 8;

unsigned entries(const char* path) {
    unsigned count = 0;
    DIR* directory = ::opendir(path);
    if (directory == nullptr) return 0;
    while (::readdir(directory) != nullptr)
        ++count;
    (void)::closedir(directory);
    return count;
}

unsigned files() { return entries("/proc/self/fd"); }
unsigned threads() { return entries("/proc/self/task"); }

constexpr auto kGrace = 350ms;  // the longest fault, and the time until the next look
constexpr auto kRecovery = 2s;

template <class Condition>
bool soon(std::chrono::milliseconds limit, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(200us);
    }
    return true;
}

void check_tries(User& user, KeyPurpose purpose, const vcard::PinOracle& seen) {
    const PinActs& acts = user.ledger().of(purpose);
    const char* name = purpose == KeyPurpose::authentication ? "authentication" : "signature";
    if (seen.failed > acts.wrong)
        user.ledger().complain(fmt::format("I4: {} tries of the {} PIN spent, {} wrong ones entered",
                                           seen.failed, name, acts.wrong));
    if (seen.verifies > acts.entered + acts.renewals)
        user.ledger().complain(fmt::format("I4: {} VERIFY with the {} PIN for {} entered and {} operations",
                                           seen.verifies, name, acts.entered, acts.renewals));
    if (acts.entered == 0 && seen.verifies != 0)
        user.ledger().complain(fmt::format("I5: a VERIFY that nobody asked for ({})", name));
}

}  // namespace

namespace {

// What a program does whose first attempt failed: all of it again.
bool sign_again(User& user) {
    // The PIN may be the new one: whether a lost answer meant success, only the card can tell.
    const bool changed = user.stage().oracle().auth_pin.changes % 2 != 0;
    CK_ULONG count = 0;
    if (C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK || count < 2) return false;
    const CK_SESSION_HANDLE session = user.open(KeyPurpose::authentication);
    if (session == 0) return false;
    (void)C_Logout(session);
    const bool done = user.login(session, KeyPurpose::authentication, changed ? kNewAuthPin : kAuthPin) &&
                      user.sign(session, KeyPurpose::authentication);
    if (changed) --user.ledger().of(KeyPurpose::authentication).wrong;  // it was the right one
    (void)user.close(session);
    return done;
}

}  // namespace

Baseline baseline() { return {files(), threads()}; }

void check_after_scenario(User& user, const Nominal& nominal) {
    const vcard::Oracle seen = user.stage().oracle();
    check_tries(user, KeyPurpose::authentication, seen.auth_pin);
    check_tries(user, KeyPurpose::signature, seen.sign_pin);
    if (seen.other_pins.verifies != 0) user.ledger().complain("I5: a VERIFY in another application");
    const std::size_t commands = user.stage().readers.commands_seen();
    if (commands > kTimes * nominal.commands + kExtraCommands)
        user.ledger().complain(fmt::format("I14: {} commands instead of {}", commands, nominal.commands));
}

void check_recovery(User& user, bool was_removed) {
    Stage& stage = user.stage();
    Ledger& ledger = user.ledger();
    if (was_removed) {
        for (const CK_SESSION_HANDLE old : ledger.sessions)
            if (!soon(kRecovery, [&] { return user.session_info(old) == CKR_SESSION_HANDLE_INVALID; }))
                ledger.complain("I7: a session outlived its card");
    }
    const unsigned errors = ledger.errors;
    // A card that said of itself that it is another one is believed until it is put in again.
    if (!soon(kGrace, [&] { return sign_again(user); })) {
        if (ledger.memory_may_fail) ledger.complain("I6: missing memory was taken for the card's word");
        stage.insert(stage.person());
        ledger.returned = true;
        if (!soon(kRecovery, [&] { return user.wait_for_token() && sign_again(user); }))
            ledger.complain("I6: no signature after the fault, not even with the card put in again");
    }
    ledger.errors = errors;
    check_tries(user, KeyPurpose::authentication, stage.oracle().auth_pin);
    if (stage.another_client_can_sign()) ledger.complain("I8: another client can sign between two leases");
}

void check_after_finalize(User& user, const Baseline& before) {
    Stage& stage = user.stage();
    Ledger& ledger = user.ledger();
    if (stage.another_client_can_sign()) ledger.complain("I8: another client can sign after C_Finalize");
    if (stage.log.heard_a_pin()) ledger.complain("I9: a PIN in the log");
    if (!soon(kRecovery,
              [&] { return stage.readers.contexts_open() == 0 && stage.readers.connections_open() == 0; }))
        ledger.complain("I10: a context or connection was left open");
    if (!soon(kRecovery, [&] { return threads() <= before.threads; }))
        ledger.complain("I10: a thread was left");
    if (files() > before.files) ledger.complain("I10: a file was left open");
}

}  // namespace jpki::campaign
