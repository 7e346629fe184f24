// Connections and transactions beside other programs: resets, removals, holders, deadlines.
#include <gtest/gtest.h>

#include <thread>

#include "pcsc/reader_system.hpp"
#include "rig_world.hpp"

namespace jpki::card::pcsc::test {

namespace {

class Transactions : public ::testing::Test {
  protected:
    void SetUp() override {
        auto opened = system_->open();
        ASSERT_TRUE(opened);
        context_ = std::move(*opened);
        insert_card();
        await_card(true);
        connection_ = connect();
        ASSERT_TRUE(connection_);
    }

    std::unique_ptr<Connection> connect() {
        auto connected = context_->connect(kReader, in(5s));
        EXPECT_TRUE(connected);
        return connected ? std::move(*connected) : nullptr;
    }

    void await_card(bool present) {
        ASSERT_TRUE(eventually([&] {
            const auto list = context_->list();
            return list && list->at(0).card_present == present;
        }));
    }

    // Until pcscd has noticed both.
    void swap_card() {
        remove_card();
        await_card(false);
        insert_card();
        await_card(true);
    }

    // One whole transaction, and whether it began with the news of a reset.
    Result<bool> transact(Disposition disposition = Disposition::leave) {
        JPKI_TRY_ASSIGN(const Begun begun, connection_->begin(in(5s)));
        const auto answer = connection_->transmit(select_jpki(), kNever);
        connection_->end(disposition);
        if (!answer) return fail(answer.error());
        return begun.was_reset;
    }

    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = readers_of_pcscd(log_);
    std::unique_ptr<ReaderContext> context_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

TEST_F(Transactions, CarryACommandAndItsAnswer) {
    ASSERT_TRUE(connection_->begin(in(1s)));
    const auto answer = connection_->transmit(select_jpki(), in(1s));
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, (Bytes{0x90, 0x00}));
    connection_->end(Disposition::leave);
}

TEST_F(Transactions, AreNeededForACommand) {
    EXPECT_TRUE(failed_with(connection_->transmit(select_jpki(), kNever), Errc::internal));
    ASSERT_TRUE(connection_->begin(in(1s)));
    connection_->end(Disposition::leave);
    EXPECT_TRUE(failed_with(connection_->transmit(select_jpki(), kNever), Errc::internal));
}

TEST_F(Transactions, SendNothingAfterTheDeadline) {
    ASSERT_TRUE(connection_->begin(in(1s)));
    EXPECT_TRUE(failed_with(connection_->transmit(select_jpki(), in(-1ms)), Errc::abandoned));
    connection_->end(Disposition::leave);
}

TEST_F(Transactions, BeginWithoutAResetWhenThereWasNone) {
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(transact(), false);
}

TEST_F(Transactions, ReportAnothersResetOnce) {
    EXPECT_EQ(transact(), false);
    EXPECT_EQ(OtherProgram().reset(), SCARD_S_SUCCESS);
    EXPECT_EQ(transact(), true);
    EXPECT_EQ(transact(), false);
}

TEST_F(Transactions, ReportOurOwnPowerCycle) {
    EXPECT_EQ(transact(Disposition::unpower), false);
    EXPECT_EQ(transact(), true);
    EXPECT_EQ(transact(), false);
}

// pcscd unlocks the reader of a killed program first, then tells of the reset, then resets the card: it may
// come into the midst of what we began in between, or after it. In any case we are told, and soon it is over.
TEST_F(Transactions, NoticeTheResetAfterAKilledHolder) {
    for (int round = 0; round < 20; ++round) {
        Holder().kill();
        bool noticed = false;
        EXPECT_TRUE(eventually([&] {
            const Result<bool> result = transact();
            EXPECT_TRUE(result || failed_with(result, Errc::card_reset)) << result.error().what;
            noticed = noticed || result != false;
            return noticed && result == false;
        }));
    }
}

TEST_F(Transactions, ReportAResetAlsoWhenTheFirstTryComesToNothing) {
    OtherProgram other;
    EXPECT_EQ(other.reset(), SCARD_S_SUCCESS);
    EXPECT_EQ(other.begin(), SCARD_S_SUCCESS);
    EXPECT_TRUE(failed_with(connection_->begin(in(100ms)), Errc::reader_busy));
    EXPECT_EQ(other.end(), SCARD_S_SUCCESS);
    EXPECT_EQ(transact(), true);
}

TEST_F(Transactions, OfARemovedCardStayOver) {
    remove_card();
    await_card(false);
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
    insert_card();
    await_card(true);
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
    connection_ = connect();
    EXPECT_TRUE(transact());
}

TEST_F(Transactions, OfASwappedCardAreOver) {
    swap_card();
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
}

// pcscd keeps the latest event only: a reset after the swap hides it.
TEST_F(Transactions, OfASwappedCardAreOverAlsoWhenAResetFollowed) {
    swap_card();
    EXPECT_EQ(OtherProgram().reset(), SCARD_S_SUCCESS);
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
}

TEST_F(Transactions, ThatLoseTheirCardLetOthersIn) {
    ASSERT_TRUE(connection_->begin(in(1s)));
    swap_card();
    EXPECT_TRUE(failed_with(connection_->transmit(select_jpki(), kNever), Errc::card_removed));
    connection_->end(Disposition::leave);
    Duration waited{};
    std::thread other([&] { waited = took([] { EXPECT_EQ(OtherProgram().begin(), SCARD_S_SUCCESS); }); });
    other.join();
    EXPECT_LT(waited, 500ms);
    EXPECT_TRUE(failed_with(connection_->begin(in(1s)), Errc::card_removed));
}

TEST_F(Transactions, KeepOthersOut) {
    ASSERT_TRUE(connection_->begin(in(1s)));
    const auto second = context_->connect(kEmptyReader, in(1s));  // not ours to take
    EXPECT_FALSE(second);
    TimePoint got_in;
    std::thread other([&] {
        OtherProgram program;
        EXPECT_EQ(program.begin(), SCARD_S_SUCCESS);
        got_in = in(0s);
    });
    std::this_thread::sleep_for(400ms);
    const TimePoint let_go = in(0s);
    connection_->end(Disposition::leave);
    other.join();
    EXPECT_GE(got_in, let_go);
}

TEST_F(Transactions, GiveUpAtTheDeadlineWhileOthersHoldTheCard) {
    const Holder holder;
    const Duration time =
        took([&] { EXPECT_TRUE(failed_with(connection_->begin(in(300ms)), Errc::reader_busy)); });
    EXPECT_GE(time, 300ms);
    EXPECT_LT(time, 400ms);
}

TEST_F(Transactions, BeginSoonAfterOthersLetGo) {
    OtherProgram other;
    ASSERT_EQ(other.begin(), SCARD_S_SUCCESS);
    TimePoint let_go;
    std::thread later([&] {
        std::this_thread::sleep_for(300ms);
        let_go = in(0s);
        EXPECT_EQ(other.end(), SCARD_S_SUCCESS);
    });
    const auto begun = connection_->begin(in(5s));
    const Duration late = in(0s) - let_go;
    later.join();
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->was_reset);
    EXPECT_GE(begun->waited, 250ms);
    EXPECT_LT(late, 60ms) << "pcsc-lite's own waiting takes up to 200 ms";
    connection_->end(Disposition::leave);
}

TEST_F(Transactions, OutliveTheirContext) {
    context_.reset();
    EXPECT_EQ(transact(), false);
    connection_.reset();
}

}  // namespace jpki::card::pcsc::test
