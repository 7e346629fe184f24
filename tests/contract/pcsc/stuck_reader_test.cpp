// Readers and cards that hang or fail: what waits for them, what does not, and what it is called.
#include "two_readers.hpp"

namespace jpki::card::pcsc::test {

namespace {

// Measured at the call itself, not here: nothing in PC/SC ends such a call early.
class Stuck : public TwoReaders {
  protected:
    void TearDown() override { control_reader({"release"}); }
};

}  // namespace

TEST_F(Stuck, AMuteCardIsToldFromOneThatLeft) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    control_reader({"mute", "100"});
    EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(2s)), Errc::card_mute));
    EXPECT_TRUE(connection->transmit(select_jpki(), in(2s))) << "it has found its tongue again";
}

TEST_F(Stuck, AMuteCardBlocksNobodyAtTheOtherReader) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    control_reader({"mute", "2000"});
    std::thread worker(
        [&] { EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(5s)), Errc::card_mute)); });
    std::this_thread::sleep_for(200ms);
    for (int round = 0; round < 5; ++round) {
        EXPECT_LT(elsewhere(), kUndisturbed);
        EXPECT_LT(took([&] { EXPECT_TRUE(has_card(kReader)); }), 50ms) << "also about the mute one";
    }
    worker.join();
}

TEST_F(Stuck, AnotherClientAtAMuteCardGivesUpInTime) {
    const auto connection = connect();
    const auto second = connect();
    ASSERT_TRUE(second && connection && connection->begin(in(1s)));
    control_reader({"mute", "2000"});
    std::thread worker([&] { (void)connection->transmit(select_jpki(), in(5s)); });
    std::this_thread::sleep_for(200ms);
    const Duration time =
        took([&] { EXPECT_TRUE(failed_with(second->begin(in(300ms)), Errc::reader_busy)); });
    EXPECT_LT(time, 1s);
    worker.join();
}

TEST_F(Stuck, AReaderThatHangsBlocksNeitherTheListNorTheOtherReader) {
    control_reader({"slow", "presence", "3000"});
    std::this_thread::sleep_for(600ms);  // pcscd looks for cards every 400 ms, and now it hangs there
    for (int round = 0; round < 3; ++round) {
        EXPECT_LT(took([&] { EXPECT_TRUE(state()); }), 50ms);
        EXPECT_LT(elsewhere(), kUndisturbed);
    }
}

TEST_F(Stuck, AReaderThatFailsToPowerItsCardNowAndThenIsForgiven) {
    remove_card();
    ASSERT_TRUE(eventually([this] { return !has_card(kReader); }));
    control_reader({"fail", "power", "608"});  // IFD_ERROR_POWER_ACTION
    insert_card();
    ASSERT_TRUE(eventually([this] { return has_card(kReader); }));
    control_reader({"fail", "power", "608"});
    EXPECT_TRUE(context_->connect(kReader, in(1s)));
    EXPECT_TRUE(connect());
}

TEST_F(Stuck, ABrokenCommandIsNoRemoval) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    for (const char* code : {"612", "613"}) {  // IFD_COMMUNICATION_ERROR, IFD_RESPONSE_TIMEOUT
        control_reader({"fail", "transmit", code});
        EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(2s)), Errc::card_mute)) << code;
    }
    EXPECT_TRUE(connection->transmit(select_jpki(), in(2s)));
}

TEST_F(Stuck, AnAnswerOfNothingIsMalformed) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    control_card({"fault", "0", "shape", "one-byte"});
    EXPECT_TRUE(failed_with(connection->transmit(select_jpki(), in(2s)), Errc::malformed_answer));
    EXPECT_TRUE(connection->transmit(select_jpki(), in(2s)));
    control_card({"faults-clear"});
}

}  // namespace jpki::card::pcsc::test
