// A reader on USB that is unplugged at the worst moments, and comes back.
#include "two_readers.hpp"

namespace jpki::card::pcsc::test {

namespace {

class Unplugged : public TwoReaders {
  protected:
    void TearDown() override {
        control_reader({"plug"});
        EXPECT_TRUE(eventually([this] { return has_card(kReader); }));
    }
};

}  // namespace

TEST_F(Unplugged, WhileIdleAReaderLeavesTheListAndComesBack) {
    unplug();
    EXPECT_TRUE(has_card(kSecondReader));
    EXPECT_TRUE(failed_with(context_->connect(kReader, in(1s)), Errc::reader_gone));
    plug();
    EXPECT_TRUE(connect());
}

TEST_F(Unplugged, TheLastReaderLeavesAnEmptyList) {
    control_reader({"unplug"}, 1);
    unplug();
    EXPECT_TRUE(eventually([this] { return context_->list()->empty(); }));
    plug();  // in this order: pcscd numbers readers of one model as they come
    control_reader({"plug"}, 1);
    EXPECT_TRUE(eventually([this] { return has_card(kSecondReader); }));
}

TEST_F(Unplugged, AConnectionIsOverAndStaysSo) {
    const auto connection = connect();
    ASSERT_TRUE(connection);
    unplug();
    EXPECT_TRUE(failed_with(connection->begin(in(1s)), Errc::reader_gone));
    plug();
    EXPECT_TRUE(failed_with(connection->begin(in(1s)), Errc::reader_gone));
    const auto again = connect();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->begin(in(1s)));
}

// All that tells of a reader that was away between two looks, and may have another card now: pcscd's counter
// for it has begun anew and says what it said before.
TEST_F(Unplugged, BetweenTwoLooksTheConnectionTells) {
    const auto connection = connect();
    ASSERT_TRUE(connection);
    unplug();
    plug();
    EXPECT_TRUE(failed_with(connection->begin(in(1s)), Errc::reader_gone));
}

TEST_F(Unplugged, InsideATransactionTheNextCommandSaysSo) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    unplug();
    EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(1s)), Errc::reader_gone));
    connection->end(Disposition::unpower);
    plug();
    const auto again = connect();
    ASSERT_TRUE(again);
    EXPECT_LT(took([&] { EXPECT_TRUE(again->begin(in(5s))); }), 1s) << "the transaction went with its reader";
    EXPECT_TRUE(again->transmit(select_jpki(), in(1s)));
}

TEST_F(Unplugged, InTheMidstOfACommandItComesBackSoon) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    control_reader({"slow", "transmit", "60000"});
    std::thread hand([] {
        std::this_thread::sleep_for(300ms);
        control_reader({"unplug"});
    });
    const Duration time = took(
        [&] { EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(10s)), Errc::reader_gone)); });
    hand.join();
    EXPECT_LT(time, 3s) << "of which pcscd sleeps one";
    EXPECT_LT(took([&] { connection->end(Disposition::unpower); }), 1s);
}

TEST_F(Unplugged, WhileOthersHoldTheCardNobodyWaitsForTheDeadline) {
    const auto connection = connect();
    ASSERT_TRUE(connection);
    const Holder holder;
    std::thread hand([] {
        std::this_thread::sleep_for(300ms);
        control_reader({"unplug"});
    });
    const Duration time =
        took([&] { EXPECT_TRUE(failed_with(connection->begin(in(10s)), Errc::reader_gone)); });
    hand.join();
    EXPECT_LT(time, 2s);
}

TEST_F(Unplugged, WhileWeWatchTheListStaysQuickAndWhole) {
    std::thread hand([] {
        for (int round = 0; round < 2; ++round) {
            control_reader({"unplug"});
            std::this_thread::sleep_for(1900ms);  // pcscd takes up to 1,400 to let go of it
            control_reader({"plug"});
            std::this_thread::sleep_for(500ms);
        }
    });
    Duration slowest{};
    int changes = 0;
    bool before = true;
    for (const TimePoint end = in(5s); in(0s) < end; std::this_thread::sleep_for(5ms)) {
        bool now = false;
        slowest = std::max(slowest, took([&] {
                               EXPECT_TRUE(has_card(kSecondReader));
                               now = has_card(kReader);
                           }));
        changes += now == before ? 0 : 1;
        before = now;
    }
    hand.join();
    EXPECT_EQ(changes, 4);
    EXPECT_LT(slowest, 500ms)
        << "on a busy machine; a call that waits for the reader takes a second and more";
}

TEST_F(Unplugged, TheOtherReaderGoesOn) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    unplug();
    EXPECT_LT(elsewhere(), kUndisturbed);
    plug();
    EXPECT_LT(elsewhere(), kUndisturbed);
}

}  // namespace jpki::card::pcsc::test
