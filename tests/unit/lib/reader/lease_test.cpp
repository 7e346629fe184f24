// How leases begin and end; what becomes of card, connection and presence after each kind of failure.
#include "lease_fixture.hpp"

namespace jpki::p11::testing {
namespace {

class Lease : public LeaseTest {};

TEST_F(Lease, ConnectsBeginsOpensAndWorks) {
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) begin open work");
}

TEST_F(Lease, TheNextOneReusesConnectionAndCard) {
    EXPECT_TRUE(run());
    keeper_.end_lease();
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) begin open work close end begin open work");
    EXPECT_EQ(world_.cards_made, 1);
}

TEST_F(Lease, EndsWithoutOneAreNothing) {
    keeper_.end_lease();
    EXPECT_EQ(told(), "");
}

TEST_F(Lease, TellsTheCardOfAResetByOthers) {
    world_.begins.push_back(Begun{.was_reset = true});
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) begin reset open work");
}

TEST_F(Lease, TellsTheCardWhenItWasPoweredDown) {
    world_.closing = Disposition::unpower;
    EXPECT_TRUE(run());
    keeper_.end_lease();
    EXPECT_EQ(told(), "context connect(R) begin open work close unpower reset");
}

TEST_F(Lease, PowersDownWhenTheLogoutFails) {
    world_.close_throws = true;
    EXPECT_TRUE(run());
    keeper_.end_lease();
    EXPECT_EQ(told(), "context connect(R) begin open work close unpower reset");
}

TEST_F(Lease, DoesNotBeginForACardThatHasLeft) {
    presence_->lost();
    EXPECT_TRUE(failed_with(run(), Errc::card_removed));
    EXPECT_EQ(told(), "");
}

TEST_F(Lease, WorkForAnEarlierCardDoesNotTouchTheOneThatIsThereNow) {
    insert(2);
    const CardGeneration now = presence_->view().card_generation;
    EXPECT_TRUE(failed_with(run(), Errc::card_removed));
    EXPECT_EQ(told(), "");
    EXPECT_TRUE(presence_->view().card_present) << "the new card was declared lost";
    EXPECT_EQ(presence_->view().card_generation, now);
}

TEST_F(Lease, ANewCardGetsACardObjectAndAConnectionOfItsOwn) {
    EXPECT_TRUE(run());
    keeper_.end_lease();
    insert(2);
    card_generation_ = presence_->view().card_generation;
    (void)told();
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "forget disconnect connect(R) begin open work");
}

TEST_F(Lease, ALingeringLeaseIsNotTheNewCards) {
    EXPECT_TRUE(run());
    insert(2);
    card_generation_ = presence_->view().card_generation;
    (void)told();
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "close end forget disconnect connect(R) begin open work");
}

TEST_F(Lease, AFailureThatSaysNothingOfTheCardKeepsEverything) {
    for (const Errc code : {Errc::pin_incorrect, Errc::pin_locked, Errc::last_try_refused,
                            Errc::user_not_logged_in, Errc::data_length}) {
        EXPECT_TRUE(failed_with(run_failing(code), code));
        EXPECT_TRUE(presence_->view().card_present);
    }
    EXPECT_EQ(told(), "context connect(R) begin open work work work work work");
}

TEST_F(Lease, AnAnswerThatNobodyExpectedEndsIt) {
    for (const Errc code : {Errc::malformed_answer, Errc::abandoned, Errc::file_not_found,
                            Errc::security_status, Errc::wrong_length, Errc::wrong_parameters,
                            Errc::unsupported_command, Errc::card_failure, Errc::signature_wrong}) {
        SCOPED_TRACE(static_cast<int>(code));
        EXPECT_TRUE(failed_with(run_failing(code), code));
        EXPECT_TRUE(presence_->view().card_present);
        EXPECT_TRUE(told().ends_with("begin open work close end"));
    }
}

TEST_F(Lease, ACardOfOthersIsLeftToThemAtOnce) {
    EXPECT_TRUE(failed_with(run_failing(Errc::not_jpki), Errc::not_jpki));
    EXPECT_EQ(told(), "context connect(R) begin open work close end disconnect");
    world_.card_opens.push_back(fail(Errc::not_jpki));
    EXPECT_TRUE(failed_with(run(), Errc::not_jpki));
    EXPECT_EQ(told(), "connect(R) reset begin open close end disconnect");
    EXPECT_TRUE(presence_->view().card_present);
}

TEST_F(Lease, AFailureOfTheTransportEndsTheConnectionAndTheContextToo) {
    for (const Errc code : {Errc::card_mute, Errc::transport, Errc::timed_out, Errc::access_denied}) {
        EXPECT_TRUE(failed_with(run_failing(code), code));
        EXPECT_TRUE(presence_->view().card_present);
        EXPECT_TRUE(told().ends_with("work close end disconnect"));
    }
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) reset begin open work") << "the card object outlives connections";
    EXPECT_EQ(world_.cards_made, 1);
}

TEST_F(Lease, ACardThatHasLeftIsForgottenAndReported) {
    for (const Errc code :
         {Errc::card_removed, Errc::no_card, Errc::reader_gone, Errc::service_unavailable}) {
        SCOPED_TRACE(static_cast<int>(code));
        EXPECT_TRUE(failed_with(run_failing(code), code));
        EXPECT_FALSE(presence_->view().card_present);
        EXPECT_TRUE(told().ends_with("work close end forget disconnect"));
        insert(static_cast<std::uint64_t>(code) + 100);
        card_generation_ = presence_->view().card_generation;
    }
}

TEST_F(Lease, ALostCardKeepsTheContextALostServiceDoesNot) {
    EXPECT_FALSE(run_failing(Errc::card_removed));
    insert(2);
    card_generation_ = presence_->view().card_generation;
    (void)told();
    EXPECT_FALSE(run_failing(Errc::reader_gone));
    EXPECT_EQ(told(), "connect(R) begin open work close end forget disconnect");
    insert(3);
    card_generation_ = presence_->view().card_generation;
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "context connect(R) begin open work");
}

TEST_F(Lease, AFailedOpenEndsIt) {
    for (const Errc code : {Errc::card_failure, Errc::security_status}) {
        world_.card_opens.push_back(fail(code));
        EXPECT_TRUE(failed_with(run(), code));
        EXPECT_TRUE(told().ends_with("begin open close end")) << static_cast<int>(code);
    }
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "begin open work") << "work without an open application";
}

TEST_F(Lease, AnotherCardAtOpenIsACardThatHasLeft) {
    world_.card_opens.push_back(fail(Errc::card_removed));
    EXPECT_TRUE(failed_with(run(), Errc::card_removed));
    EXPECT_FALSE(presence_->view().card_present);
}

TEST_F(Lease, WithoutAServiceThereIsNone) {
    world_.service.push_back(fail(Errc::service_unavailable));
    EXPECT_TRUE(failed_with(run(), Errc::service_unavailable));
    EXPECT_EQ(told(), "context");
    EXPECT_FALSE(presence_->view().card_present);
}

// pcscd was started anew, and the monitor saw it first. Java gives a token up whose first answer is an error.
TEST_F(Lease, AContextOfAnEarlierServiceIsReplacedAndTheJobGoesOn) {
    EXPECT_FALSE(run_failing(Errc::card_removed));
    insert(2);
    card_generation_ = presence_->view().card_generation;
    (void)told();
    world_.connects.push_back(fail(Errc::service_unavailable));
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "connect(R) context connect(R) begin open work");
    EXPECT_TRUE(presence_->view().card_present);
}

TEST_F(Lease, AFailedConnectDropsTheContextUnlessTheReaderIsEmpty) {
    world_.connects.push_back(fail(Errc::reader_busy));
    EXPECT_TRUE(failed_with(run(), Errc::reader_busy));
    EXPECT_EQ(told(), "context connect(R)");
    world_.connects.push_back(fail(Errc::no_card));
    EXPECT_TRUE(failed_with(run(), Errc::no_card));
    EXPECT_EQ(told(), "context connect(R)");
    insert(2);
    card_generation_ = presence_->view().card_generation;
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "connect(R) begin open work");
}

TEST_F(Lease, AFailedBeginIsNoLease) {
    world_.begins.push_back(fail(Errc::reader_busy));
    EXPECT_TRUE(failed_with(run(), Errc::reader_busy));
    EXPECT_EQ(told(), "context connect(R) begin");
    EXPECT_TRUE(run());
    EXPECT_EQ(told(), "begin open work");
}

TEST_F(Lease, AnExceptionOfTheWorkLeavesALeaseThatIdleEnds) {
    EXPECT_THROW((void)run([](CardLease&) -> Status { throw std::bad_alloc(); }), std::bad_alloc);
    (void)keeper_.idle(kNever);
    EXPECT_EQ(told(), "context connect(R) begin open close end disconnect");
}

TEST_F(Lease, TheCardServesEachJobUntilItsOwnDeadline) {
    const TimePoint deadline = clock_->now() + seconds(7);
    const auto sends = [](CardLease& lease) { return card_of(lease).send(to_bytes(kCommand)); };
    EXPECT_TRUE(keeper_.run(card_generation_, abandoned_, deadline, sends));
    EXPECT_EQ(FakeConnection::last_deadline, deadline);
    EXPECT_TRUE(keeper_.run(card_generation_, abandoned_, deadline + milliseconds(1), sends))
        << "in the same lease";
    EXPECT_EQ(FakeConnection::last_deadline, deadline + milliseconds(1));
}

TEST_F(Lease, TheCardServesTheConnectionThatThereIs) {
    EXPECT_TRUE(failed_with(run_failing(Errc::card_mute), Errc::card_mute));
    EXPECT_TRUE(run([](CardLease& lease) { return card_of(lease).send(to_bytes(kCommand)); }));
    EXPECT_EQ(world_.cards_made, 1) << "the card outlives its connection";
    EXPECT_TRUE(keeper_.connected());
}

}  // namespace
}  // namespace jpki::p11::testing
