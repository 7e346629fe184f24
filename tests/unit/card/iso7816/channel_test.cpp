#include "iso7816/channel.hpp"

#include "recorded_log.hpp"
#include "scripted_connection.hpp"

namespace jpki::card {
namespace {

using testing::hex;
using testing::RecordedLog;
using testing::ScriptedConnection;

constexpr Header kRead{0x00, 0xB0, 0x00, 0x00};
constexpr Header kSelect{0x00, 0xA4, 0x02, 0x0C};

class Channel : public ::testing::Test {
  protected:
    Channel() { channel_.serve(card_, {}); }
    Result<Response> read(std::size_t expected = 256) {
        return channel_.send(Command::case2(kRead, expected));
    }
    static std::string show(const Result<Response>& answer) {
        if (!answer) return "failed with " + std::to_string(static_cast<int>(answer.error().code));
        return to_hex(answer->data) + "/" + std::to_string(answer->sw.value());
    }

    RecordedLog log_;
    ScriptedConnection card_;
    card::Channel channel_{log_};
};

TEST_F(Channel, SendsNothingForAJobThatNobodyWaitsFor) {
    std::atomic<bool> abandoned{false};
    channel_.serve(card_, {.abandoned = &abandoned});
    card_.on("00B0000000", "9000");
    EXPECT_TRUE(read());
    abandoned = true;
    EXPECT_TRUE(failed_with(read(), Errc::abandoned));
    EXPECT_TRUE(failed_with(channel_.send_once(Command::case3(kSelect, hex("0001"))), Errc::abandoned));
    channel_.leave_by(kNever);
    card_.on("00B0000000", "9000");
    EXPECT_TRUE(read()) << "the logout leaves nevertheless";
}

TEST_F(Channel, SendsNothingMoreOfAnAnswersPartsThatNobodyWaitsFor) {
    std::atomic<bool> abandoned{false};
    channel_.serve(card_, {.abandoned = &abandoned});
    card_.on("00B0000000", "61 03").meanwhile([&] { abandoned = true; });
    EXPECT_TRUE(failed_with(read(), Errc::abandoned));
}

TEST_F(Channel, PassesTheDeadlineOfTheJobOn) {
    const TimePoint deadline{std::chrono::seconds(77)};
    channel_.serve(card_, {.deadline = deadline});
    card_.on("00B0000000", "9000").on("00B0000000", "9000");
    EXPECT_TRUE(read());
    EXPECT_EQ(card_.last_deadline(), deadline);
    channel_.leave_by(deadline + std::chrono::seconds(1));
    EXPECT_TRUE(read());
    EXPECT_EQ(card_.last_deadline(), deadline + std::chrono::seconds(1));
}

TEST_F(Channel, HasNoConnectionBeforeItIsGivenOne) {
    card::Channel channel(log_);
    EXPECT_TRUE(failed_with(channel.send(Command::case2(kRead, 1)), Errc::internal));
}

TEST_F(Channel, RemembersUntilTheNextJobWhatMustNotBeSentTwice) {
    card_.on("00B0000000", "9000").on("00A4020C020001", Errc::card_reset);
    EXPECT_TRUE(read());
    EXPECT_FALSE(channel_.sent_irreversible());
    EXPECT_TRUE(failed_with(channel_.send_once(Command::case3(kSelect, hex("0001"))), Errc::card_reset));
    EXPECT_TRUE(channel_.sent_irreversible());
    channel_.serve(card_, {});
    EXPECT_FALSE(channel_.sent_irreversible());
}

TEST_F(Channel, SplitsTheAnswerIntoDataAndStatusWord) {
    card_.on("00B0000000", "0102 9000");
    const auto answer = read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, hex("0102"));
    EXPECT_TRUE(answer->sw.ok());
}

TEST_F(Channel, AnyStatusWordIsAnAnswer) {
    card_.on("00B0000000", "6A82").on("00A4020C020001", "6283");
    EXPECT_EQ(read()->sw.value(), 0x6A82);
    EXPECT_EQ(channel_.send(Command::case3(kSelect, hex("0001")))->sw.value(), 0x6283);
}

TEST_F(Channel, RefusesAnswersOfFewerThanTwoBytes) {
    card_.on("00B0000000", "").on("00B0000000", "90");
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
}

TEST_F(Channel, AnswersSixCxxByAskingOnceMoreWithTheRightLength) {
    card_.on("00B0000000", "6C03").on("00B0000003", "010203 9000");
    EXPECT_EQ(read()->data, hex("010203"));
}

TEST_F(Channel, TakesSixCZeroAsTwoHundredAndFiftySix) {
    card_.on("00B0000010", "6C00").on("00B0000000", Bytes(256, 7), "9000");
    EXPECT_EQ(read(16)->data.size(), 256U);
}

TEST_F(Channel, AsksOnlyOnceMore) {
    card_.on("00B0000000", "6C03").on("00B0000003", "6C04");
    EXPECT_EQ(read()->sw.value(), 0x6C04);
}

TEST_F(Channel, KeepsTheDataWhenItAsksOnceMore) {
    card_.on("802A0080 02 1122 00", "6C80").on("802A0080 02 1122 80", Bytes(128, 1), "9000");
    const auto answer = channel_.send(Command::case4({0x80, 0x2A, 0x00, 0x80}, hex("1122"), 256));
    EXPECT_EQ(answer->data.size(), 128U);
}

TEST_F(Channel, NeverRepeatsACommandThatAsksForNoData) {
    const SecretBytes pin{ByteView(hex("31323334"))};
    card_.on("00200080 04 31323334", "6C10").on("00A4020C020001", "6C02").on("00200080", "6C01");
    EXPECT_EQ(channel_.send(Command::case3_sensitive({0x00, 0x20, 0x00, 0x80}, pin))->sw.value(), 0x6C10);
    EXPECT_EQ(channel_.send(Command::case3(kSelect, hex("0001")))->sw.value(), 0x6C02);
    EXPECT_EQ(channel_.send(Command::case1({0x00, 0x20, 0x00, 0x80}))->sw.value(), 0x6C01);
}

TEST_F(Channel, LeavesSixCxxWithDataAlone) {
    card_.on("00B0000000", "01 6C02");
    EXPECT_EQ(show(read()), "01/" + std::to_string(0x6C02));
}

TEST_F(Channel, FetchesWhat61xxAnnounces) {
    card_.on("00B0000000", "6104").on("00C0000004", "01020304 9000");
    EXPECT_EQ(read()->data, hex("01020304"));
}

TEST_F(Channel, JoinsAChainOfGetResponses) {
    card_.on("00B0000000", "01 6102").on("00C0000002", "02 6101").on("00C0000001", "03 6282");
    const auto answer = read();
    EXPECT_EQ(answer->data, hex("010203"));
    EXPECT_EQ(answer->sw.value(), 0x6282);
}

TEST_F(Channel, Takes6100AsTwoHundredAndFiftySix) {
    card_.on("802A0080 01 11 00", "6100").on("00C0000000", Bytes(256, 9), "9000");
    EXPECT_EQ(channel_.send(Command::case4({0x80, 0x2A, 0x00, 0x80}, hex("11"), 256))->data.size(), 256U);
}

TEST_F(Channel, EndsAnEndlessChain) {
    card_.on("00B0000000", "6101");
    for (int i = 0; i < 4; ++i)
        card_.on("00C0000001", "01 6101");
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
}

TEST_F(Channel, EndsAChainThatBringsNothing) {
    card_.on("00B0000000", "6101").on("00C0000001", "6101");
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
}

TEST_F(Channel, ReturnsAChainsFailureAsAnAnswer) {
    card_.on("00B0000000", "6104").on("00C0000004", "6F00");
    EXPECT_EQ(read()->sw.value(), 0x6F00);
}

TEST_F(Channel, RefusesAChainOfMoreThanACommandCanBring) {
    card_.on("00B0000000", Bytes(200, 1), "6164").on("00C0000064", Bytes(100, 1), "9000");
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
}

TEST_F(Channel, RefusesAnswersLongerThanAShortCommandCanBring) {
    card_.on("00B0000000", Bytes(257, 1), "9000");
    EXPECT_TRUE(failed_with(read(), Errc::malformed_answer));
}

TEST_F(Channel, RefusesDataWhereNoneWasAskedFor) {
    card_.on("00A4020C020001", "6F00 9000").on("00200080", "01 63C3");
    EXPECT_TRUE(failed_with(channel_.send(Command::case3(kSelect, hex("0001"))), Errc::malformed_answer));
    EXPECT_TRUE(failed_with(channel_.send(Command::case1({0x00, 0x20, 0x00, 0x80})), Errc::malformed_answer));
}

TEST_F(Channel, Leaves61xxAloneWhereNoDataWasAskedFor) {
    card_.on("00A4020C020001", "6110");
    EXPECT_EQ(channel_.send(Command::case3(kSelect, hex("0001")))->sw.value(), 0x6110);
}

TEST_F(Channel, PassesTransportErrorsOnFromEveryStep) {
    card_.on("00B0000000", Errc::card_removed);
    EXPECT_TRUE(failed_with(read(), Errc::card_removed));
    card_.on("00B0000000", "6C03").on("00B0000003", Errc::card_reset);
    EXPECT_TRUE(failed_with(read(), Errc::card_reset));
    card_.on("00B0000000", "6103").on("00C0000003", Errc::abandoned);
    EXPECT_TRUE(failed_with(read(), Errc::abandoned));
}

TEST_F(Channel, RequireTakesNothingBut9000) {
    card_.on("00B0000002", "0102 9000").on("00B0000002", "0102 6282").on("00B0000002", "6982");
    EXPECT_EQ(channel_.require(Command::case2(kRead, 2)), hex("0102"));
    EXPECT_TRUE(failed_with(channel_.require(Command::case2(kRead, 2)), Errc::card_failure));
    const auto refused = channel_.require(Command::case2(kRead, 2));
    ASSERT_TRUE(failed_with(refused, Errc::security_status));
    EXPECT_EQ(refused.error().detail, 0x6982U);
    card_.on("00B0000002", Errc::transport);
    EXPECT_TRUE(failed_with(channel_.require(Command::case2(kRead, 2)), Errc::transport));
}

TEST_F(Channel, TracesHeadersAndLengthsOnly) {
    card_.on("00B0000000", "CAFEBABE 9000");
    (void)read();
    EXPECT_EQ(log_.text(), "apdu 00 B0 00 00 Lc=0 -> 9000, 4 bytes\n");
}

TEST_F(Channel, NeverTracesAPinNorItsLength) {
    const SecretBytes pin{ByteView(to_bytes(std::string_view("ABC123")))};
    card_.on("0020009B 06 414243313233", "63C4");
    (void)channel_.send(Command::case3_sensitive({0x00, 0x20, 0x00, 0x9B}, pin));
    EXPECT_EQ(log_.text(), "apdu 00 20 00 9B Lc=** -> 63C4\n");
    EXPECT_FALSE(log_.says("ABC123"));
    EXPECT_FALSE(log_.says("414243"));
}

TEST_F(Channel, TracesNothingBelowTraceLevel) {
    RecordedLog quiet(LogLevel::info);
    ScriptedConnection card;
    card::Channel channel(quiet);
    channel.serve(card, {});
    card.on("00B0000001", "01 9000");
    (void)channel.send(Command::case2(kRead, 1));
    EXPECT_EQ(quiet.text(), "");
}

}  // namespace
}  // namespace jpki::card
