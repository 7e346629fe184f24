// A LeaseKeeper with a card in its reader, card generation 1, over the doubles.
#pragma once

#include "doubles.hpp"
#include "reader/lease.hpp"

namespace jpki::p11::testing {

class LeaseTest : public ::testing::Test {
  protected:
    static constexpr std::string_view kCommand = "command";

    LeaseTest() {
        insert(1);
        card_generation_ = presence_->view().card_generation;
    }

    void insert(std::uint64_t event_count) {
        const ReaderState seen = reader("R", event_count, true);
        presence_->update(&seen);
    }
    Status run(const LeaseKeeper::Work& work) {
        return keeper_.run(card_generation_, abandoned_, clock_->now() + seconds(10), work);
    }
    Status run() {
        return run([this](CardLease&) {
            world_.note("work");
            return Status{};
        });
    }
    Status run_failing(Errc code) {
        return run([this, code](CardLease&) -> Status {
            world_.note("work");
            return fail(code);
        });
    }
    static FakeCard& card_of(CardLease& lease) { return static_cast<FakeCard&>(lease.card()); }
    // A command, or one that must not be sent twice, whose answer is lost.
    Status run_sending(Errc failure) {
        world_.transmits.push_back(fail(failure));
        return run([](CardLease& lease) { return card_of(lease).send(to_bytes(kCommand)); });
    }
    Status run_sending_once(Errc failure) {
        world_.transmits.push_back(fail(failure));
        return run([](CardLease& lease) { return card_of(lease).send_once(to_bytes(kCommand)); });
    }
    [[nodiscard]] long times_sent() const { return std::ranges::count(world_.journal, "636F6D6D616E64"); }
    std::string told() { return world_.told(); }

    std::shared_ptr<World> shared_world_ = std::make_shared<World>();
    World& world_ = *shared_world_;
    FakeClock* clock_ = new FakeClock;
    std::shared_ptr<Environment> environment_ =
        make_environment(shared_world_, std::unique_ptr<Clock>(clock_));
    std::shared_ptr<Presence> presence_ = std::make_shared<Presence>();
    CardGeneration card_generation_ = 0;
    std::atomic<bool> abandoned_{false};
    LeaseKeeper keeper_{environment_, "R", presence_};
};

}  // namespace jpki::p11::testing
