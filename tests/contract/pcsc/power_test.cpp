// Cards that lose their power, by our doing and by others', in readers that do not take it well.
#include <gmock/gmock.h>

#include <atomic>

#include "two_readers.hpp"

namespace jpki::card::pcsc::test {

namespace {

class Power : public TwoReaders {
  protected:
    void TearDown() override { control_reader({"release"}); }

    // One lease that ends by powering the card down.
    static void lease(Connection& connection, std::optional<bool> reset_before) {
        const auto begun = connection.begin(in(5s));
        ASSERT_TRUE(begun) << begun.error().what;
        EXPECT_EQ(begun->was_reset, reset_before.value_or(begun->was_reset));
        const auto answer = connection.transmit(select_jpki(), in(1s));
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(*answer, (Bytes{0x90, 0x00}));
        connection.end(Disposition::unpower);
    }
};

// What a program sees that looks at the reader all the time.
class Watcher {
  public:
    explicit Watcher(ReaderSystem& system)
        : thread_([this, &system] {
              auto context = system.open();
              if (!context) return;
              std::optional<CardEventCount> before;
              while (!stop_) {
                  const auto list = (*context)->list();
                  if (!list || list->empty()) continue;
                  const ReaderState& seen = list->front();
                  if (!seen.card_present || (before && *before != seen.event_count)) ++changes_;
                  before = seen.event_count;
                  std::this_thread::sleep_for(3ms);
              }
          }) {}
    ~Watcher() { changes(); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    int changes() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
        return changes_;
    }

  private:
    std::atomic<bool> stop_ = false;
    std::atomic<int> changes_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_F(Power, ACardThatOthersLeftWithoutPowerIsPoweredUp) {
    OtherProgram other;
    ASSERT_EQ(other.begin(), SCARD_S_SUCCESS);
    control_reader({"silent", "1"});
    other.end(SCARD_UNPOWER_CARD);
    const auto connection = connect();
    ASSERT_TRUE(connection);
    lease(*connection, true);
}

// pcscd takes the power away from a card that nobody uses, and gives it back at the next connection.
TEST_F(Power, OneFailedPowerUpAtTheFirstConnectionIsRepeated) {
    connect();
    std::this_thread::sleep_for(7s);
    control_reader({"silent", "1"});
    const auto connection = connect();
    ASSERT_TRUE(connection);
    lease(*connection, true);
}

TEST_F(Power, OneFailedPowerUpAfterOurPowerDownIsRepeated) {
    const auto connection = connect();
    ASSERT_TRUE(connection);
    lease(*connection, false);
    control_reader({"silent", "1"});
    lease(*connection, true);
    control_reader({"silent", "3"});
    lease(*connection, true);
    lease(*connection, true);
}

TEST_F(Power, ACardThatStaysSilentIsSaidToLieInTheReader) {
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    control_reader({"silent", "1000"});
    connection->end(Disposition::unpower);
    const auto again = connection->begin(in(5s));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::card_mute);
    EXPECT_STREQ(again.error().what, "a card lies in the reader but does not answer");
    const auto anew = context_->connect(kReader, in(5s));
    ASSERT_FALSE(anew);
    EXPECT_EQ(anew.error().code, Errc::card_mute);
    EXPECT_TRUE(has_card(kReader));
    control_reader({"release"});
    const auto healed = connect();
    ASSERT_TRUE(healed);
    lease(*healed, std::nullopt);
}

TEST_F(Power, ASlotThatReadsEmptyAfterAPowerDownIsTakenForTheSameCard) {
    for (const char* gap : {"20", "150", "300"}) {
        SCOPED_TRACE(gap);
        control_reader({"gap", gap});
        const auto connection = connect();
        ASSERT_TRUE(connection);
        Watcher watcher(*system_);
        for (int i = 0; i < 6; ++i) {
            const auto begun = connection->begin(in(5s));
            ASSERT_TRUE(begun) << begun.error().what;
            EXPECT_EQ(connection->transmit(select_jpki(), in(1s)), (Bytes{0x90, 0x00})) << i;
            connection->end(Disposition::unpower);
            std::this_thread::sleep_for(i * 37ms);  // somewhere else between two looks of pcscd
        }
        EXPECT_EQ(watcher.changes(), 0);
        EXPECT_EQ(OtherProgram().connected(), SCARD_S_SUCCESS) << "and it is there for others, too";
    }
}

TEST_F(Power, ACardThatIsTakenAwayMeanwhileIsGone) {
    control_reader({"gap", "150"});
    const auto connection = connect();
    ASSERT_TRUE(connection && connection->begin(in(1s)));
    const CardEventCount before = state()->event_count;
    remove_card();
    connection->end(Disposition::unpower);
    EXPECT_FALSE(connection->begin(in(2s)));
    insert_card();
    ASSERT_TRUE(eventually([this] { return has_card(kReader); }));
    EXPECT_NE(state()->event_count, before);
    EXPECT_FALSE(connection->begin(in(2s)));
}

}  // namespace jpki::card::pcsc::test
