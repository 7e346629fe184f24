// Other programs at the same card while we work: polite ones, rude ones, and those that spend tries.
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

constexpr unsigned kRivalSeeds = 20;

struct Rival {
    const char* name;
    // One deed; called again and again while the user works.
    void (*act)(Stage& stage, std::minstd_rand& engine);
    bool lets_us_work;    // the user must get all signatures
    unsigned wrong_pins;  // that the rival enters in one deed
};

Bytes select(std::initializer_list<std::uint8_t> aid) {
    Bytes command{0x00, 0xA4, 0x04, 0x0C, static_cast<std::uint8_t>(aid.size())};
    for (const std::uint8_t byte : aid)
        command.push_back(byte);
    return command;
}
Bytes select_jpki() { return select({0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}); }
Bytes select_manager() { return select({0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}); }
Bytes verify_with(std::string_view typed) {
    Bytes command{0x00, 0x20, 0x00, 0x98, static_cast<std::uint8_t>(typed.size())};
    for (const char character : typed)
        command.push_back(static_cast<std::uint8_t>(character));
    return command;
}

void pause(std::minstd_rand& engine, unsigned most_microseconds) {
    std::this_thread::sleep_for(Microseconds(engine() % most_microseconds));
}

constexpr std::array<Rival, 12> kRivals{{
    {"resets", [](Stage& stage, std::minstd_rand&) { stage.readers.reset_by_other_client(); }, true, 0},
    {"selects-another",
     [](Stage& stage, std::minstd_rand&) { (void)stage.readers.as_other_client({select_manager()}); }, true,
     0},
    {"selects-ours",
     [](Stage& stage, std::minstd_rand&) { (void)stage.readers.as_other_client({select_jpki()}); }, true, 0},
    {"reads",
     [](Stage& stage, std::minstd_rand&) {
         (void)stage.readers.as_other_client({select_jpki(), {0x00, 0xB0, 0x8A, 0x00, 0x00}});
     },
     true, 0},
    {"logs-in-and-stays",
     [](Stage& stage, std::minstd_rand&) {
         (void)stage.readers.as_other_client({select_jpki(), verify_with(kAuthPin)});
     },
     true, 0},
    {"holds-a-moment",
     [](Stage& stage, std::minstd_rand& engine) {
         stage.readers.hold(true);
         pause(engine, 3000);
         stage.readers.hold(false);
     },
     true, 0},
    {"holds-long",
     [](Stage& stage, std::minstd_rand&) {
         stage.readers.hold(true);
         std::this_thread::sleep_for(230ms);
         stage.readers.hold(false);
     },
     false, 0},
    {"enters-a-wrong-pin",
     [](Stage& stage, std::minstd_rand&) {
         (void)stage.readers.as_other_client({select_jpki(), verify_with("0000")});
     },
     false, 1},
    {"blocks-the-pin",
     [](Stage& stage, std::minstd_rand&) {
         (void)stage.readers.as_other_client(
             {select_jpki(), verify_with("0000"), verify_with("0001"), verify_with("0002")});
     },
     false, 3},
    {"resets-the-bus", [](Stage& stage, std::minstd_rand&) { stage.readers.reset_unasked(); }, false, 0},
    {"dies-and-resets",
     [](Stage& stage, std::minstd_rand& engine) {
         stage.readers.hold(true);
         pause(engine, 500);
         stage.readers.reset_unasked();
         stage.readers.hold(false);
     },
     true, 0},
    {"selects-and-resets",
     [](Stage& stage, std::minstd_rand&) {
         (void)stage.readers.as_other_client({select_manager()});
         stage.readers.reset_by_other_client();
     },
     true, 0},
}};

void meet_rival(const Rival& rival, bool often, unsigned seed, Ledger& ledger, const Baseline& before) {
    Stage stage({});
    User user(stage, ledger);
    std::atomic<bool> over = false;
    unsigned deeds = 0;
    std::thread thread([&] {
        std::minstd_rand engine(seed * 2 + 1);
        pause(engine, 3000);
        while (!over) {
            rival.act(stage, engine);
            ++deeds;
            pause(engine, often ? 2000 : 20000);
        }
    });
    // On a busy machine the campaign's short times may pass by themselves.
    bool done = false;
    for (int attempt = 0; attempt < 3 && !done; ++attempt) {
        if (attempt > 0) user.finalize();
        done = scenario("use-both").run(user);
    }
    over = true;
    thread.join();
    if (rival.lets_us_work && !done) ledger.complain("another program kept us from our signatures");
    ledger.of(KeyPurpose::authentication).wrong += deeds * rival.wrong_pins;
    ledger.of(KeyPurpose::authentication).entered += deeds * (rival.wrong_pins + 1);
    check_after_scenario(user, {100000});
    stage.readers.locked([&] { (void)stage.card()->set_tries_left(vcard::Role::kAuthPin, 3); });
    check_recovery(user, false);
    user.finalize();
    check_after_finalize(user, before);
}

}  // namespace

std::vector<Case> rivals() {
    std::vector<Case> cases;
    for (const Rival& rival : kRivals) {
        for (const bool often : {true, false}) {
            for (unsigned seed = 0; seed < kRivalSeeds; ++seed) {
                cases.push_back({fmt::format("rivals/{}/{}/{}", rival.name, often ? "often" : "seldom", seed),
                                 [&rival, often, seed](Ledger& ledger, const Baseline& before) {
                                     meet_rival(rival, often, seed, ledger, before);
                                 }});
            }
        }
    }
    return cases;
}

}  // namespace jpki::campaign
