// What is sent twice, and what never: a try of a PIN is lost for good.
#include "lease_fixture.hpp"

namespace jpki::p11::testing {
namespace {

constexpr std::string_view kSelect("\x00\xA4\x02\x0C\x02\x00\x18", 7);
constexpr std::string_view kQuery("\x00\x20\x00\x98", 4);
constexpr std::string_view kVerify(
    "\x00\x20\x00\x98\x04"
    "1234",
    9);
constexpr std::string_view kChange(
    "\x00\x24\x01\x80\x04"
    "1234",
    9);
constexpr std::string_view kSign("\x80\x2A\x00\x97\x01\x01\x00", 7);

class Repeat : public LeaseTest {
  protected:
    // How often `command` leaves when its answer is lost by a reset.
    long times_sent(std::string_view command) {
        (void)run_sending(command, Errc::card_reset);
        const std::string wanted = to_hex(to_bytes(command));
        return std::ranges::count(world_.journal, wanted);
    }
};

TEST_F(Repeat, WorkIsDoneAgainAfterAResetBeforeAnythingIrreversible) {
    world_.begins = {Begun{}, Begun{.was_reset = true}};
    EXPECT_TRUE(run_sending(kSelect, Errc::card_reset));
    EXPECT_EQ(told(),
              "context connect(R) begin open 00A4020C020018 close end begin reset open 00A4020C020018");
}

TEST_F(Repeat, ACounterQueryMayBeRepeated) { EXPECT_EQ(times_sent(kQuery), 2); }

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
        incarnation_ = presence_->view().incarnation;
        (void)run([&runs, code](CardLease&) -> Status {
            ++runs;
            return fail(code);
        });
        EXPECT_EQ(runs, 1) << static_cast<int>(code);
    }
}

TEST_F(Repeat, AVerifyIsNeverRepeated) { EXPECT_EQ(times_sent(kVerify), 1); }

TEST_F(Repeat, AChangeOfAPinIsNeverRepeated) { EXPECT_EQ(times_sent(kChange), 1); }

TEST_F(Repeat, ASignatureIsNeverRepeated) { EXPECT_EQ(times_sent(kSign), 1); }

TEST_F(Repeat, NothingIsRepeatedAfterAVerifyThatWasAnswered) {
    int runs = 0;
    const Status ended = run([&runs](CardLease& lease) -> Status {
        ++runs;
        Connection& connection = static_cast<FakeCard&>(lease.card()).connection;
        EXPECT_TRUE(connection.transmit(to_bytes(kVerify), kNever));
        return fail(Errc::card_reset);
    });
    EXPECT_TRUE(failed_with(ended, Errc::card_reset));
    EXPECT_EQ(runs, 1);
}

TEST_F(Repeat, WhatAnEarlierJobSentDoesNotCount) {
    EXPECT_TRUE(run([](CardLease& lease) -> Status {
        return static_cast<FakeCard&>(lease.card())
            .connection.transmit(to_bytes(kVerify), kNever)
            .map([](auto&&) {});
    }));
    EXPECT_EQ(times_sent(kSelect), 2);
}

TEST_F(Repeat, AnAbandonedJobDoesNotBegin) {
    abandoned_ = true;
    EXPECT_TRUE(failed_with(run(), Errc::abandoned));
    EXPECT_EQ(told(), "");
}

TEST_F(Repeat, AnAbandonedJobSendsNothingMoreButTheLogout) {
    world_.close_transmits = true;
    const Status ended = run([this](CardLease& lease) -> Status {
        Connection& connection = static_cast<FakeCard&>(lease.card()).connection;
        EXPECT_TRUE(connection.transmit(to_bytes(kSelect), kNever));
        abandoned_ = true;
        JPKI_TRY(connection.transmit(to_bytes(kVerify), kNever));
        return {};
    });
    EXPECT_TRUE(failed_with(ended, Errc::abandoned));
    EXPECT_EQ(told(), "context connect(R) begin open 00A4020C020018 close 00A4040C01A0 logged-out end");
}

TEST_F(Repeat, AJobAbandonedDuringTheResetIsNotRepeated) {
    int runs = 0;
    const Status ended = run([&](CardLease& lease) -> Status {
        ++runs;
        if (runs == 1) abandoned_ = true;
        Connection& connection = static_cast<FakeCard&>(lease.card()).connection;
        if (runs == 1) return fail(Errc::card_reset);
        JPKI_TRY(connection.transmit(to_bytes(kVerify), kNever));
        return {};
    });
    EXPECT_FALSE(ended);
    EXPECT_EQ(std::ranges::count(world_.journal, to_hex(to_bytes(kVerify))), 0);
}

}  // namespace
}  // namespace jpki::p11::testing
