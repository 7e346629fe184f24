// What pcsc-lite does that one would not expect, each shown on a real pcscd, and what the backend makes of
// it. A trap that a later pcsc-lite has removed shows as a failure here; then its guard may go.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "pcsc/reader_system.hpp"
#include "rig_world.hpp"

namespace jpki::card::pcsc::test {

namespace {

class Traps : public ::testing::Test {
  protected:
    void SetUp() override {
        context_ = open();
        ASSERT_TRUE(context_);
        insert_card();
        await_card(true);
        auto connected = context_->connect(kReader, in(5s));
        ASSERT_TRUE(connected);
        connection_ = std::move(*connected);
    }
    void TearDown() override { control_card({"faults-clear"}); }

    std::unique_ptr<ReaderContext> open() {
        auto opened = system_->open();
        EXPECT_TRUE(opened);
        return opened ? std::move(*opened) : nullptr;
    }
    bool card_present() {
        const auto list = context_->list();
        return list && list->at(0).card_present;
    }
    void await_card(bool present) {
        ASSERT_TRUE(eventually([&] { return card_present() == present; }));
    }
    Result<Bytes> transact(ByteView command) {
        JPKI_TRY(connection_->begin(in(5s)));
        auto answer = connection_->transmit(command, in(5s));
        connection_->end(Disposition::leave);
        return answer;
    }

    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = readers_of_pcscd(log_);
    std::unique_ptr<ReaderContext> context_;
    std::unique_ptr<Connection> connection_;
};

const Bytes kSelectText{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10,
                        0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};
const Bytes kReadLabel{0x00, 0xB0, 0x86, 0x00,
                       0x04};  // EF 0006 of the JPKI application, by its short identifier
const Bytes kDone{0x90, 0x00};

}  // namespace

// Every call of one context takes its mutex: beside a call that hangs only other contexts are free.
TEST_F(Traps, AContextIsBusyWhileOneOfItsCallsHangs) {
    ASSERT_TRUE(connection_->begin(in(1s)));
    control_card({"fault", "0", "delay", "1000"});
    std::thread worker([this] { EXPECT_TRUE(connection_->transmit(select_jpki(), in(5s))); });
    std::this_thread::sleep_for(200ms);
    const auto other = open();
    EXPECT_LT(took([&] { EXPECT_TRUE(other->list()); }), 50ms);
    EXPECT_GT(took([&] { EXPECT_TRUE(context_->list()); }), 500ms);
    worker.join();
}

// SCardConnect waits for whoever is inside a transaction, without limit and deaf to everything: the deadline
// of connect() does not reach that far. Whoever calls it does so on a thread that can be left behind.
TEST_F(Traps, ConnectingWaitsForTheHolderWhateverTheDeadline) {
    Holder holder;
    std::thread later([&] {
        std::this_thread::sleep_for(1200ms);
        holder.kill();
    });
    const auto other = open();
    const Duration time = took([&] { (void)other->connect(kReader, in(200ms)); });
    later.join();
    EXPECT_GE(time, 1000ms);
    EXPECT_LT(time, 2s);
}

// A program that begins again as soon as it has ended leaves gaps of microseconds. Now and then begin() finds
// the reader free and asks for it too late; then SCardBeginTransaction waits, and the deadline has to wait
// with it.
TEST_F(Traps, ABusyProgramMayOutlastTheDeadlineButNotItself) {
    std::atomic<bool> busy = false;
    std::thread other([&] {
        OtherProgram program;
        for (const TimePoint end = in(1500ms); in(0s) < end; busy = true) {
            EXPECT_EQ(program.begin(), SCARD_S_SUCCESS);
            EXPECT_EQ(program.transmit(select_jpki()), kDone);
            EXPECT_EQ(program.end(), SCARD_S_SUCCESS);
        }
    });
    ASSERT_TRUE(eventually([&] { return busy.load(); }));
    EXPECT_LT(took([this] {
                  const auto begun = connection_->begin(in(300ms));
                  EXPECT_TRUE(begun || failed_with(begun, Errc::reader_busy));
                  connection_->end(Disposition::leave);
              }),
              2s);
    other.join();
    EXPECT_EQ(transact(select_jpki()), kDone);
}

// On Windows SCardReconnect would release it.
TEST_F(Traps, AReconnectKeepsTheTransaction) {
    OtherProgram other;
    ASSERT_EQ(other.begin(), SCARD_S_SUCCESS);
    ASSERT_EQ(other.reset(), SCARD_S_SUCCESS);
    EXPECT_TRUE(failed_with(connection_->begin(in(200ms)), Errc::reader_busy));
    EXPECT_EQ(other.transmit(select_jpki()), kDone);
    EXPECT_EQ(other.end(), SCARD_S_SUCCESS);
    const auto begun = connection_->begin(in(1s));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->was_reset);
}

// Nothing tells that another program has selected something else meanwhile, or has asked for counters: a
// transaction begins with SELECT.
TEST_F(Traps, AnotherProgramsSelectionIsNoEvent) {
    ASSERT_EQ(transact(select_jpki()), kDone);
    ASSERT_EQ(transact(kReadLabel), (Bytes{0x4A, 0x50, 0x4B, 0x49, 0x90, 0x00}));
    EXPECT_EQ(OtherProgram().transmit(kSelectText), kDone);
    const auto begun = connection_->begin(in(1s));
    ASSERT_TRUE(begun);
    EXPECT_FALSE(begun->was_reset);
    // Its file of that number is another one, which wants a PIN.
    EXPECT_EQ(connection_->transmit(kReadLabel, in(1s)), (Bytes{0x69, 0x82}));
    connection_->end(Disposition::leave);
}

// pcscd asks a driver without events every 400 ms.
TEST_F(Traps, ComingAndGoingIsSeenLateButWithinASecondAndAHalf) {
    remove_card();
    EXPECT_LT(took([this] { await_card(false); }), 700ms);
    insert_card();  // jpki-vcard keeps a card that was pulled away for a second
    EXPECT_LT(took([this] { await_card(true); }), 1700ms);
}

// An answer that does not fit is lost after the card has executed the command. Nothing is larger than our
// buffer.
TEST_F(Traps, ALongAnswerIsNotLost) {
    for (const std::size_t length : {258U, 4096U}) {
        control_card({"fault", "0", "shape", std::to_string(length)});
        const auto answer = transact(select_jpki());
        ASSERT_TRUE(answer) << length;
        EXPECT_EQ(answer->size(), length);
    }
}

// A child has copies of its parent's connections, which pcscd cannot tell from the originals: it could work
// the card through them, and what it gave back was taken from its parent. So ours are closed before it
// begins.
TEST_F(Traps, AForkedChildHasNoWayToTheCardByItsParentsConnection) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(transact(select_jpki()) ? 1 : 0);
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(transact(select_jpki()), kDone);
}

TEST_F(Traps, AForkedChildThatReleasesTheContextTakesNothingFromItsParent) {
    const pid_t child = ::fork();
    if (child == 0) {
        connection_.reset();
        context_.reset();
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(transact(select_jpki()), kDone);
    EXPECT_TRUE(context_->list());
    EXPECT_TRUE(card_present());
}

}  // namespace jpki::card::pcsc::test
