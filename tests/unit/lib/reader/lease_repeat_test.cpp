// What is sent twice, and what never: a try of a PIN is lost for good.
#include "lease_fixture.hpp"

namespace jpki::p11::testing {
namespace {

class Repeat : public LeaseTest {};

TEST_F(Repeat, WorkIsDoneAgainAfterAResetBeforeAnythingIrreversible) {
    world_.begins = {Begun{}, Begun{.was_reset = true}};
    EXPECT_TRUE(run_sending(Errc::card_reset));
    EXPECT_EQ(told(),
              "context connect(R) begin open 636F6D6D616E64 close end begin reset open 636F6D6D616E64");
}

TEST_F(Repeat, OnlyOnce) {
    int runs = 0;
    const Status ended = run([&runs](CardLease&) -> Status {
        ++runs;
        return fail(Errc::card_reset);
    });
    EXPECT_TRUE(failed_with(ended, Errc::card_reset));
    EXPECT_EQ(runs, 2);
}

TEST_F(Repeat, AfterNothingButAReset) {
    for (const Errc code : {Errc::transport, Errc::card_mute, Errc::timed_out, Errc::malformed_answer,
                            Errc::card_failure, Errc::abandoned, Errc::card_removed}) {
        int runs = 0;
        insert(static_cast<std::uint64_t>(code) + 100);
        card_generation_ = presence_->view().card_generation;
        (void)run([&runs, code](CardLease&) -> Status {
            ++runs;
            return fail(code);
        });
        EXPECT_EQ(runs, 1) << static_cast<int>(code);
    }
}

// What that is, the card says: tests/unit/card/profile/irreversible_test.cpp.
TEST_F(Repeat, WhatMustNotBeSentTwiceIsNot) {
    EXPECT_TRUE(failed_with(run_sending_once(Errc::card_reset), Errc::card_reset));
    EXPECT_EQ(times_sent(), 1);
}

TEST_F(Repeat, WhatTheLogoutSendsDoesNotCount) {
    world_.close_transmits = true;
    world_.transmits = {fail(Errc::card_reset), Status{}};
    EXPECT_TRUE(run([](CardLease& lease) { return card_of(lease).send(to_bytes(kCommand)); }));
    EXPECT_EQ(times_sent(), 2);
}

TEST_F(Repeat, NothingIsRepeatedAfterItWasAnswered) {
    int runs = 0;
    const Status ended = run([&runs](CardLease& lease) -> Status {
        ++runs;
        EXPECT_TRUE(card_of(lease).send_once(to_bytes(kCommand)));
        return fail(Errc::card_reset);
    });
    EXPECT_TRUE(failed_with(ended, Errc::card_reset));
    EXPECT_EQ(runs, 1);
}

TEST_F(Repeat, WhatAnEarlierJobSentDoesNotCount) {
    EXPECT_TRUE(run([](CardLease& lease) { return card_of(lease).send_once(to_bytes("earlier")); }));
    EXPECT_TRUE(run_sending(Errc::card_reset));
    EXPECT_EQ(times_sent(), 2);
}

TEST_F(Repeat, AnAbandonedJobDoesNotBegin) {
    abandoned_ = true;
    EXPECT_TRUE(failed_with(run(), Errc::abandoned));
    EXPECT_EQ(told(), "");
}

TEST_F(Repeat, AnAbandonedJobSendsNothingMoreButTheLogout) {
    world_.close_transmits = true;
    const Status ended = run([this](CardLease& lease) -> Status {
        EXPECT_TRUE(card_of(lease).send(to_bytes(kCommand)));
        abandoned_ = true;
        return card_of(lease).send_once(to_bytes("a PIN"));
    });
    EXPECT_TRUE(failed_with(ended, Errc::abandoned));
    EXPECT_EQ(told(), "context connect(R) begin open 636F6D6D616E64 close 00A4040C01A0 logged-out end");
}

TEST_F(Repeat, AJobAbandonedDuringTheResetIsNotRepeated) {
    int runs = 0;
    const Status ended = run([&](CardLease& lease) -> Status {
        ++runs;
        if (runs == 1) abandoned_ = true;
        if (runs == 1) return fail(Errc::card_reset);
        return card_of(lease).send_once(to_bytes(kCommand));
    });
    EXPECT_FALSE(ended);
    EXPECT_EQ(times_sent(), 0);
}

}  // namespace
}  // namespace jpki::p11::testing
