// Calls on one thread and, after a moment that the case's number decides, something that ends them on
// another.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "families.hpp"

namespace jpki::campaign {

namespace {

using namespace std::chrono_literals;
using Microseconds = std::chrono::microseconds;

constexpr unsigned kRaceSeeds = 35;

// --- what runs

struct Runner {
    const char* name;
    void (*run)(CK_SESSION_HANDLE session, CK_SLOT_ID slot);
};

Bytes pin() { return to_bytes(kAuthPin); }

CK_OBJECT_HANDLE first_of(CK_SESSION_HANDLE session, CK_OBJECT_CLASS wanted) {
    CK_ATTRIBUTE criterion{CKA_CLASS, &wanted, sizeof wanted};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    (void)C_FindObjectsInit(session, &criterion, 1);
    (void)C_FindObjects(session, &found, 1, &count);
    (void)C_FindObjectsFinal(session);
    return count == 1 ? found : 0;
}

void run_sign(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) {
    CK_MECHANISM mechanism{CKM_SHA256_RSA_PKCS, nullptr, 0};
    Bytes data(20, 1);
    Bytes signature(256);
    CK_ULONG length = 256;
    (void)C_SignInit(session, &mechanism, first_of(session, CKO_PRIVATE_KEY));
    (void)C_Sign(session, data.data(), data.size(), signature.data(), &length);
}

void run_login(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) {
    Bytes typed = pin();
    (void)C_Logout(session);
    (void)C_Login(session, CKU_USER, typed.data(), typed.size());
}

void run_set_pin(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) {
    Bytes typed = pin();
    (void)C_SetPIN(session, typed.data(), typed.size(), typed.data(), typed.size());
}

void run_read(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) {
    Bytes value(4096);
    CK_ATTRIBUTE query{CKA_VALUE, value.data(), static_cast<CK_ULONG>(value.size())};
    (void)C_GetAttributeValue(session, first_of(session, CKO_CERTIFICATE), &query, 1);
}

void run_find(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) { (void)first_of(session, CKO_PUBLIC_KEY); }

void run_token_info(CK_SESSION_HANDLE /*session*/, CK_SLOT_ID slot) {
    CK_TOKEN_INFO info{};
    (void)C_GetTokenInfo(slot, &info);
}

void run_mechanisms(CK_SESSION_HANDLE /*session*/, CK_SLOT_ID slot) {
    CK_ULONG count = 0;
    (void)C_GetMechanismList(slot, nullptr, &count);
}

void run_open(CK_SESSION_HANDLE /*session*/, CK_SLOT_ID slot) {
    CK_SESSION_HANDLE opened = 0;
    if (C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &opened) == CKR_OK)
        (void)C_CloseSession(opened);
}

void run_slots(CK_SESSION_HANDLE /*session*/, CK_SLOT_ID /*slot*/) {
    std::array<CK_SLOT_ID, 8> slots{};
    CK_ULONG count = slots.size();
    (void)C_GetSlotList(CK_TRUE, slots.data(), &count);
}

void run_wait(CK_SESSION_HANDLE /*session*/, CK_SLOT_ID /*slot*/) {
    CK_SLOT_ID slot = 0;
    (void)C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, nullptr);
}

void run_digest(CK_SESSION_HANDLE session, CK_SLOT_ID /*slot*/) {
    CK_MECHANISM mechanism{CKM_SHA256, nullptr, 0};
    Bytes data(200, 7);
    Bytes digest(32);
    CK_ULONG length = 32;
    (void)C_DigestInit(session, &mechanism);
    (void)C_Digest(session, data.data(), data.size(), digest.data(), &length);
}

void run_logout(CK_SESSION_HANDLE session, CK_SLOT_ID slot) {
    (void)C_Logout(session);
    run_login(session, slot);
}

constexpr std::array<Runner, 12> kRunners{{{"sign", run_sign},
                                           {"login", run_login},
                                           {"set-pin", run_set_pin},
                                           {"read", run_read},
                                           {"find", run_find},
                                           {"token-info", run_token_info},
                                           {"mechanisms", run_mechanisms},
                                           {"open", run_open},
                                           {"slots", run_slots},
                                           {"wait", run_wait},
                                           {"digest", run_digest},
                                           {"logout", run_logout}}};

// --- what ends it

struct Ender {
    const char* name;
    void (*end)(Stage& stage);
};

constexpr std::array<Ender, 6> kEnders{{
    {"finalize", [](Stage&) { (void)C_Finalize(nullptr); }},
    {"close-all-sessions", [](Stage&) { (void)C_CloseAllSessions(kAuth); }},
    {"removal", [](Stage& stage) { stage.remove(); }},
    {"unplugging", [](Stage& stage) { stage.readers.unplug(testing::VirtualReaders::kFirst); }},
    {"reset", [](Stage& stage) { stage.readers.reset_unasked(); }},
    {"end-of-service", [](Stage& stage) { stage.readers.stop_service(true); }},
}};

void race(const Runner& runner, const Ender& ender, unsigned seed, Ledger& ledger, const Baseline& before) {
    Stage stage({});
    User user(stage, ledger);
    if (!user.initialize() || !user.wait_for_token()) return ledger.complain("the race did not begin");
    const CK_SESSION_HANDLE session = user.open(KeyPurpose::authentication, true);
    std::minstd_rand engine(seed + 1);
    (void)user.login(session, KeyPurpose::authentication, kAuthPin);
    std::atomic<bool> over = false;
    std::thread thread([&] {
        while (!over)
            runner.run(session, kAuth);
    });
    std::this_thread::sleep_for(Microseconds(engine() % 1500));
    const auto start = std::chrono::steady_clock::now();
    ender.end(stage);
    std::this_thread::sleep_for(Microseconds(engine() % 300));
    over = true;
    thread.join();
    if (std::chrono::steady_clock::now() - start > 2500ms) ledger.complain("I2: a call outlived its end");
    // Many logins: each enters the right PIN, and a renewal may follow each.
    ledger.of(KeyPurpose::authentication).entered += 100000;
    const bool was_removed = !stage.readers.has_card();
    stage.mend();
    if (user.session_info(0) == CKR_CRYPTOKI_NOT_INITIALIZED) (void)user.initialize();
    check_recovery(user, was_removed);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace

std::vector<Case> races() {
    std::vector<Case> cases;
    for (const Runner& runner : kRunners) {
        for (const Ender& ender : kEnders) {
            for (unsigned seed = 0; seed < kRaceSeeds; ++seed) {
                cases.push_back({fmt::format("races/{}/{}/{}", runner.name, ender.name, seed),
                                 [&runner, &ender, seed](Ledger& ledger, const Baseline& before) {
                                     race(runner, ender, seed, ledger, before);
                                 }});
            }
        }
    }
    return cases;
}

}  // namespace jpki::campaign
