// Many threads, any call, for as long as JPKI_STORM_SECONDS says: whatever comes back is one of the answers
// that the call may give, every signature verifies, and at the end nothing is left. `tests/run --storm` runs
// this under ThreadSanitizer.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "storm.hpp"
#include "virtual/image/image.hpp"
#include "world.hpp"

namespace jpki::testing {

using std::chrono::milliseconds;
using storm::Client;
using storm::Op;
using storm::Plan;
using storm::Pool;
using storm::Tally;
using Clock = std::chrono::steady_clock;

namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(value, nullptr, 10));
}

std::ptrdiff_t threads_alive() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

storm::Person person(const vcard::Card& card) {
    return {card.image().certificate(vcard::Role::kAuthCert),
            card.image().certificate(vcard::Role::kSignCert)};
}

}  // namespace

class Storm : public World {
  protected:
    void SetUp() override {
        args_.flags = CKF_OS_LOCKING_OK;
        init_args = &args_;
        plan.seed = from_environment("JPKI_STORM_SEED", 1);
        plan.people = {person(*card)};
        std::thread([] {}).join();  // with the first one, ThreadSanitizer starts one of its own
        threads_before_ = threads_alive();
        initialize();
    }

    // `count` clients, with `sharers` of them on each pool of sessions, for `quick` or as long as
    // JPKI_STORM_SECONDS says; the caller's thread does `meanwhile` over and over. On a slow machine again,
    // until everything that is to be seen has happened.
    void rage(
        unsigned count, unsigned sharers, milliseconds quick,
        const std::function<void()>& meanwhile = [] { std::this_thread::sleep_for(milliseconds(20)); }) {
        const unsigned seconds = from_environment("JPKI_STORM_SECONDS", 0);
        const milliseconds length = seconds == 0 ? quick : milliseconds(1000L * seconds);
        for (int round = 0; round < 12 && (round == 0 || !saw_everything()); ++round) {
            until_ = Clock::now() + length;
            rage_on(count, sharers, meanwhile);
        }
        std::cout << tally.calls() << " calls, " << signatures() << " signatures, "
                  << tally.count(Op::finalize) << " times finalised, seed " << plan.seed << '\n';
        EXPECT_TRUE(saw_everything());
    }

    [[nodiscard]] bool saw_everything() const {
        return signatures() > 0 && tally.count(Op::verify) > 0 && tally.count(Op::logout) > 0 &&
               tally.count(Op::verify_forged, CKR_SIGNATURE_INVALID) > 0;
    }

    void rage_on(unsigned count, unsigned sharers, const std::function<void()>& meanwhile) {
        const Clock::time_point until = until_;
        std::vector<Pool> pools(count / sharers);
        std::vector<std::unique_ptr<Client>> clients;
        std::vector<std::thread> running;
        for (unsigned i = 0; i < count; ++i)
            clients.push_back(std::make_unique<Client>(plan, pools[i / sharers], i));
        for (const auto& client : clients)
            running.emplace_back([&client, until] { client->run_until(until); });
        while (Clock::now() < until)
            meanwhile();
        for (std::thread& thread : running)
            thread.join();
        for (const auto& client : clients) {
            tally.add(client->tally());
            for (const std::string& complaint : client->complaints())
                ADD_FAILURE() << complaint;
        }
        EXPECT_EQ(tally.surprises(plan.weather), "") << "seed " << plan.seed;
    }

    [[nodiscard]] std::uint64_t signatures() const {
        return tally.count(Op::sign) + tally.count(Op::sign_final);
    }

    // No try was spent, nothing is open, nobody is logged in, and a fresh beginning works.
    void calm_down(const std::vector<std::shared_ptr<vcard::Card>>& cards) {
        (void)C_Finalize(nullptr);
        for (int patience = 0; patience < 200 && threads_alive() > threads_before_; ++patience)
            std::this_thread::sleep_for(milliseconds(10));
        EXPECT_LE(threads_alive(), threads_before_) << "a thread is left";
        EXPECT_EQ(readers.connections_open(), 0);
        EXPECT_EQ(readers.contexts_open(), 0);
        EXPECT_FALSE(second_client_can_sign());
        unsigned made = 0;
        for (const auto& one : cards) {
            const vcard::Oracle seen = one->oracle();
            EXPECT_EQ(seen.auth_pin.failed + seen.sign_pin.failed, 0U);
            EXPECT_EQ(seen.auth_pin.tries_left, seen.auth_pin.tries_max);
            EXPECT_EQ(seen.sign_pin.tries_left, seen.sign_pin.tries_max);
            made += seen.auth_key.signatures + seen.sign_key.signatures;
        }
        EXPECT_GE(made, signatures()) << "a signature that no card made";

        initialize();
        for (const auto& [slot, pin] : {std::pair{kAuth, kAuthPin}, std::pair{kSign, kSignPin}}) {
            const CK_SESSION_HANDLE session = open(slot);
            EXPECT_EQ(state(session), CKS_RO_PUBLIC_SESSION);
            ASSERT_EQ(login(session, pin), CKR_OK);
            EXPECT_EQ(sign_document(session), CKR_OK);
            EXPECT_EQ(C_Logout(session), CKR_OK);
            EXPECT_FALSE(second_client_can_sign());
        }
    }

    Plan plan;
    Tally tally;
    Clock::time_point until_{};

  private:
    CK_C_INITIALIZE_ARGS args_{};
    std::ptrdiff_t threads_before_ = 0;
};

TEST_F(Storm, ThreadsOnTwoTokensGetWhatTheyAskedFor) {
    plan.weather.finalizes = true;
    plan.finalize_per_mille = 2;
    rage(32, 1, milliseconds(3000));
    EXPECT_GT(tally.count(Op::finalize), 0U);
    calm_down({card});
}

TEST_F(Storm, ThreadsThatShareSessionsSpoilNothingButTheirOwnCalls) {
    plan.weather.shares = true;
    rage(16, 16, milliseconds(1500));
    calm_down({card});
}

TEST_F(Storm, TheLibraryIsFinalisedUnderTheCallersFeet) {
    plan.weather.finalizes = true;
    std::mt19937 random(plan.seed);
    rage(16, 1, milliseconds(1500), [&] {
        std::this_thread::sleep_for(milliseconds(random() % 120));
        EXPECT_EQ(C_Finalize(nullptr), CKR_OK);
        tally.note(Op::finalize, CKR_OK);
        std::this_thread::sleep_for(milliseconds(random() % 3));
        initialize();
    });
    calm_down({card});
}

TEST_F(Storm, TheCardLeavesAndAnotherOneComes) {
    plan.weather.removes = true;
    const std::vector<std::shared_ptr<vcard::Card>> cards{card, other_persons_card()};
    plan.people.push_back(person(*cards[1]));
    for (const auto& one : cards)
        ASSERT_TRUE(one->set("pss", "yes"));  // the rules know no card without
    std::mt19937 random(plan.seed);
    rage(16, 1, milliseconds(2000), [&] {
        std::this_thread::sleep_for(
            std::min<Clock::duration>(milliseconds(random() % 800), until_ - Clock::now()));
        readers.remove();
        if (random() % 2 == 0) std::this_thread::sleep_for(milliseconds(random() % 300));
        card = cards[random() % 2];
        readers.insert(card);
    });
    calm_down(cards);
}

}  // namespace jpki::testing
