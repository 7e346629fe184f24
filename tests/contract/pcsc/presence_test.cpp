// What list() says about readers and cards: names, presence, and event counts that move with the card and
// with nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "pcsc/reader_system.hpp"
#include "rig_world.hpp"

namespace jpki::card::pcsc::test {

namespace {

class Readers : public ::testing::Test {
  protected:
    void SetUp() override {
        auto opened = system_->open();
        ASSERT_TRUE(opened);
        context_ = std::move(*opened);
        insert_card();
        ASSERT_TRUE(eventually([this] { return state().card_present; }));
    }

    ReaderState state(const std::string& name = kReader) {
        const auto list = context_->list();
        EXPECT_TRUE(list);
        if (list)
            for (const ReaderState& reader : *list)
                if (reader.name == name) return reader;
        ADD_FAILURE() << "no reader " << name;
        return {};
    }

    // Absent or present, as pcscd sees it: with this driver it looks every 400 ms.
    void await_card(bool present) {
        ASSERT_TRUE(eventually([&] { return state().card_present == present; }));
    }

    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = readers_of_pcscd(log_);
    std::unique_ptr<ReaderContext> context_;
};

using Presence = Readers;

}  // namespace

TEST_F(Readers, AreListedWithAndWithoutCard) {
    const auto list = context_->list();
    ASSERT_TRUE(list);
    std::vector<std::string> names;
    for (const ReaderState& reader : *list)
        names.push_back(reader.name);
    EXPECT_THAT(names, ::testing::ElementsAre(kReader, kEmptyReader));
    EXPECT_TRUE(state().card_present);
    EXPECT_FALSE(state(kEmptyReader).card_present);
}

TEST_F(Readers, AreListedWithinFiveMilliseconds) {
    (void)context_->list();
    EXPECT_LT(took([&] { EXPECT_TRUE(context_->list()); }), 5ms);
}

TEST_F(Readers, AreListedWhileAnotherProgramHoldsTheCard) {
    const Holder holder;
    EXPECT_LT(took([&] { EXPECT_TRUE(state().card_present); }), 50ms);
}

TEST_F(Readers, WithoutCardRefuseAConnection) {
    EXPECT_TRUE(failed_with(context_->connect(kEmptyReader, in(1s)), Errc::no_card));
}

TEST_F(Readers, ThatDoNotExistRefuseAConnection) {
    EXPECT_TRUE(failed_with(context_->connect("Virtual PCD 07 00", in(1s)), Errc::reader_gone));
    EXPECT_TRUE(failed_with(context_->connect(std::string(4096, 'x'), in(1s)), Errc::reader_gone));
    EXPECT_TRUE(failed_with(context_->connect("", in(1s)), Errc::reader_gone));
    EXPECT_TRUE(failed_with(context_->connect(kReader + '\0' + "x", in(1s)), Errc::reader_gone));
}

TEST_F(Readers, HeldExclusivelyAreBusyUntilTheDeadline) {
    const OtherProgram other(SCARD_SHARE_EXCLUSIVE);
    ASSERT_EQ(other.connected(), SCARD_S_SUCCESS);
    const Duration time =
        took([&] { EXPECT_TRUE(failed_with(context_->connect(kReader, in(200ms)), Errc::reader_busy)); });
    EXPECT_GE(time, 200ms);
    EXPECT_LT(time, 300ms);
}

TEST_F(Presence, EventCountMovesOnRemovalAndOnInsertion) {
    const CardEventCount before = state().event_count;
    remove_card();
    await_card(false);
    const CardEventCount without = state().event_count;
    insert_card();
    await_card(true);
    const CardEventCount after = state().event_count;
    EXPECT_NE(before, without);
    EXPECT_NE(without, after);
    EXPECT_NE(before, after);
}

TEST_F(Presence, EventCountShowsASwapBetweenTwoLooks) {
    const CardEventCount before = state().event_count;
    // Somebody else looks meanwhile, to know when pcscd has noticed.
    auto watcher = system_->open();
    ASSERT_TRUE(watcher);
    context_.swap(*watcher);
    remove_card();
    await_card(false);
    insert_card();
    await_card(true);
    context_.swap(*watcher);
    EXPECT_TRUE(state().card_present);
    EXPECT_NE(before, state().event_count);
}

TEST_F(Presence, EventCountStaysWhileTheSameCardStays) {
    const CardEventCount before = state().event_count;
    {
        const auto connection = context_->connect(kReader, in(1s));
        ASSERT_TRUE(connection);
        EXPECT_EQ(before, state().event_count) << "after connecting";
        ASSERT_TRUE((*connection)->begin(in(1s)));
        EXPECT_EQ(before, state().event_count) << "inside a transaction";
        (*connection)->end(Disposition::unpower);
        EXPECT_EQ(before, state().event_count) << "after our power cycle";
    }
    {
        OtherProgram other;
        EXPECT_EQ(other.reset(), SCARD_S_SUCCESS);
        EXPECT_EQ(before, state().event_count) << "after another program's reset";
        EXPECT_EQ(other.begin(), SCARD_S_SUCCESS);
        EXPECT_EQ(other.end(SCARD_UNPOWER_CARD), SCARD_S_SUCCESS);
    }
    Holder().kill();
    // pcscd also powers the card down when nobody has used it for a while.
    std::this_thread::sleep_for(2s);
    EXPECT_EQ(before, state().event_count) << "after a killed holder and an idle power-down";
}

TEST_F(Presence, EventCountIsTheSameFromEveryContext) {
    const auto another = system_->open();
    ASSERT_TRUE(another);
    const auto list = (*another)->list();
    ASSERT_TRUE(list);
    EXPECT_EQ(list->at(0).event_count, state(list->at(0).name).event_count);
}

TEST_F(Presence, ListsFromManyThreadsAgree) {
    const CardEventCount expected = state().event_count;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            const auto context = system_->open();
            ASSERT_TRUE(context);
            for (int round = 0; round < 200; ++round) {
                const auto list = (*context)->list();
                ASSERT_TRUE(list);
                ASSERT_EQ(list->size(), 2U);
                EXPECT_EQ(list->at(0).event_count, expected);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace jpki::card::pcsc::test
