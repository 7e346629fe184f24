// The backend over a scripted libpcsclite: what a real pcscd does only in rare races, and every code at every
// call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_pcscd.hpp"
#include "pcsc/reader_names.hpp"
#include "pcsc/reader_system.hpp"

namespace jpki::card::pcsc::test {

namespace {

using ::testing::ElementsAre;

TimePoint soon() { return std::chrono::steady_clock::now() + std::chrono::milliseconds(20); }

class Backend : public ::testing::Test {
  protected:
    void SetUp() override { reset_fake(); }

    // Everything that was opened is closed again, whatever happened.
    void TearDown() override {
        connection_.reset();
        context_.reset();
        EXPECT_EQ(fake().handles, 0);
        EXPECT_EQ(fake().contexts, 0);
    }

    void open() {
        auto opened = system_->open();
        ASSERT_TRUE(opened);
        context_ = std::move(*opened);
    }

    void connect() {
        open();
        auto connected = context_->connect(kReader, soon());
        ASSERT_TRUE(connected);
        connection_ = std::move(*connected);
    }

    void begin() {
        connect();
        ASSERT_TRUE(connection_->begin(soon()));
    }

    Result<Bytes> transmit(TimePoint deadline = kNever) {
        return connection_->transmit(Bytes{0x00, 0xA4, 0x04, 0x0C}, deadline);
    }

    SilentLog log_;
    std::unique_ptr<ReaderSystem> system_ = make_pcsc_reader_system(log_, &fake_functions());
    std::unique_ptr<ReaderContext> context_;
    std::unique_ptr<Connection> connection_;
};

// Keeps what is worth a warning.
class WarningLog final : public Log {
  public:
    [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level <= LogLevel::warning; }
    void write(LogLevel /*level*/, std::string_view line) noexcept override { lines.emplace_back(line); }

    std::vector<std::string> lines;
};

using Listing = Backend;
using Connections = Backend;
using EveryCode = Backend;

}  // namespace

TEST_F(Listing, OfNoReadersIsEmpty) {
    open();
    fake().next["SCardListReaders"] = {SCARD_E_NO_READERS_AVAILABLE};
    const auto list = context_->list();
    ASSERT_TRUE(list);
    EXPECT_TRUE(list->empty());
}

TEST_F(Listing, LeavesOutAReaderThatVanishedMeanwhile) {
    open();
    fake().names = std::string("One\0Two\0Three\0\0", 15);
    fake().next["SCardGetStatusChange"] = {SCARD_S_SUCCESS, SCARD_E_UNKNOWN_READER, SCARD_S_SUCCESS};
    const auto list = context_->list();
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ(list->at(0).name, "One");
    EXPECT_EQ(list->at(1).name, "Three");
}

TEST_F(Listing, BelievesNoLengthBeyondItsBuffer) {
    open();
    fake().names_length = 0xFFFFFFFFU;
    const auto list = context_->list();
    ASSERT_TRUE(list);
    EXPECT_EQ(list->size(), 1U);
}

TEST_F(Listing, TakesAnUnavailableReaderForAnEmptyOne) {
    open();
    fake().event_state = SCARD_STATE_UNAVAILABLE | SCARD_STATE_CHANGED;
    EXPECT_FALSE(context_->list()->at(0).card_present);
}

TEST_F(Listing, OfALostServiceChangesEveryLaterEventCount) {
    open();
    const CardEventCount before = context_->list()->at(0).event_count;
    fake().next["SCardListReaders"] = {SCARD_E_NO_SERVICE, SCARD_E_NO_SERVICE};
    EXPECT_TRUE(failed_with(context_->list(), Errc::service_unavailable));
    EXPECT_TRUE(failed_with(context_->list(), Errc::service_unavailable));
    context_.reset();
    open();
    const CardEventCount after = context_->list()->at(0).event_count;
    EXPECT_NE(before, after);
    context_.reset();
    open();
    EXPECT_EQ(after, context_->list()->at(0).event_count);
}

TEST(Library, ThatIsMissingIsAServiceThatCannotBeReached) {
    SilentLog log;
    const auto opened = make_pcsc_reader_system(log, nullptr)->open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::service_unavailable);
}

TEST(Logging, SaysOnceWhyPcscdCannotBeReached) {
    reset_fake();
    WarningLog log;
    const auto system = make_pcsc_reader_system(log, &fake_functions());
    fake().always["SCardEstablishContext"] = SCARD_W_SECURITY_VIOLATION;
    for (int second = 0; second < 5; ++second)
        EXPECT_TRUE(failed_with(system->open(), Errc::access_denied));
    EXPECT_THAT(log.lines,
                ElementsAre(::testing::AllOf(::testing::HasSubstr("SCardEstablishContext: 0x8010006A"),
                                             ::testing::HasSubstr("org.debian.pcsc-lite.access_pcsc"))));
    fake().always["SCardEstablishContext"] = SCARD_E_SERVICE_STOPPED;
    EXPECT_TRUE(failed_with(system->open(), Errc::service_unavailable));
    EXPECT_EQ(log.lines.size(), 2U);
    fake().always.clear();
    EXPECT_TRUE(system->open());
    fake().always["SCardEstablishContext"] = SCARD_E_SERVICE_STOPPED;
    EXPECT_TRUE(failed_with(system->open(), Errc::service_unavailable));
    EXPECT_EQ(log.lines.size(), 3U);
}

TEST_F(Connections, SpeakTheProtocolThatTheCardDoes) {
    fake().protocol = SCARD_PROTOCOL_T0;
    begin();
    EXPECT_TRUE(transmit());
    EXPECT_EQ(fake().sent_protocol, DWORD{SCARD_PROTOCOL_T0});
    fake().next["SCardEndTransaction"] = {SCARD_W_RESET_CARD};
    fake().protocol = SCARD_PROTOCOL_T1;
    connection_->end(Disposition::leave);
    ASSERT_TRUE(connection_->begin(soon()));
    EXPECT_TRUE(transmit());
    EXPECT_EQ(fake().sent_protocol, DWORD{SCARD_PROTOCOL_T1});
}

TEST_F(Connections, EndAsTheyAreToldTo) {
    begin();
    connection_->end(Disposition::unpower);
    connection_->end(Disposition::unpower);  // nothing to end any more
    ASSERT_TRUE(connection_->begin(soon()));
    connection_.reset();
    EXPECT_THAT(fake().dispositions, ElementsAre(SCARD_UNPOWER_CARD, SCARD_LEAVE_CARD));
}

TEST_F(Connections, EndAgainAfterAResetKeptThemFromIt) {
    begin();
    fake().next["SCardEndTransaction"] = {SCARD_W_RESET_CARD};
    connection_->end(Disposition::leave);
    EXPECT_EQ(fake().count("SCardReconnect"), 1);
    EXPECT_EQ(fake().count("SCardEndTransaction"), 2);
    const auto begun = connection_->begin(soon());
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->was_reset);
}

TEST_F(Connections, ThatCannotEndGiveTheReaderUp) {
    begin();
    fake().always["SCardEndTransaction"] = SCARD_F_INTERNAL_ERROR;
    connection_->end(Disposition::leave);
    EXPECT_EQ(fake().handles, 0);
    EXPECT_TRUE(failed_with(connection_->begin(soon()), Errc::reader_gone));
}

// What a reset inside our own transaction looks like (pcscd unlocks a killed program's reader before it
// resets).
TEST_F(Connections, TakeALostProtocolForAReset) {
    begin();
    fake().next["SCardTransmit"] = {SCARD_E_PROTO_MISMATCH};
    EXPECT_TRUE(failed_with(transmit(), Errc::card_reset));
    connection_->end(Disposition::leave);
    EXPECT_EQ(fake().count("SCardReconnect"), 0);
    const auto begun = connection_->begin(soon());
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->was_reset);
    EXPECT_EQ(fake().count("SCardReconnect"), 1);
}

// libpcsclite 1.9.9 finds the empty name in every unused place of its list of readers.
TEST_F(Connections, AreNotAskedForWithANameThatNoReaderCanHave) {
    open();
    const std::string longest(kMaximumReaderName - 1, 'R');
    for (const std::string& name : {std::string(), longest + 'R', std::string(kReader) + '\0' + kReader})
        EXPECT_TRUE(failed_with(context_->connect(name, soon()), Errc::reader_gone)) << name;
    EXPECT_THAT(fake().calls, ElementsAre("SCardEstablishContext"));
    connection_ = std::move(*context_->connect(longest, soon()));
}

TEST_F(Connections, DoNotReconnectToAnotherCard) {
    connect();
    fake().event_state += 0x00020000;  // out and in again
    fake().always["SCardGetAttrib"] = SCARD_W_RESET_CARD;
    EXPECT_TRUE(failed_with(connection_->begin(soon()), Errc::card_removed));
    EXPECT_EQ(fake().count("SCardReconnect"), 0);
}

TEST_F(Connections, StayOverOnceTheirCardHasLeft) {
    begin();
    fake().next["SCardTransmit"] = {SCARD_W_REMOVED_CARD};
    EXPECT_TRUE(failed_with(transmit(), Errc::card_removed));
    EXPECT_TRUE(failed_with(transmit(), Errc::card_removed));
    connection_->end(Disposition::leave);
    EXPECT_TRUE(failed_with(connection_->begin(soon()), Errc::card_removed));
    EXPECT_EQ(fake().count("SCardTransmit"), 1);
    EXPECT_EQ(fake().count("SCardBeginTransaction"), 1);
}

TEST_F(Connections, GiveUpWhenTheCardIsResetAgainAndAgain) {
    connect();
    fake().always["SCardGetAttrib"] = SCARD_W_RESET_CARD;
    EXPECT_TRUE(failed_with(connection_->begin(kNever), Errc::reader_busy));
    EXPECT_LE(fake().count("SCardReconnect"), 10);
}

TEST_F(Connections, BelieveNoAnswerWithoutStatusWordOrBeyondTheBuffer) {
    begin();
    for (const std::vector<std::uint8_t>& answer : {std::vector<std::uint8_t>{}, {0x90}}) {
        fake().answer = answer;
        EXPECT_TRUE(failed_with(transmit(soon()), Errc::malformed_answer));
    }
    fake().answer_length = MAX_BUFFER_SIZE_EXTENDED + 1;
    EXPECT_TRUE(failed_with(transmit(), Errc::malformed_answer));
    fake().answer_length = 0;
    fake().answer.assign(MAX_BUFFER_SIZE_EXTENDED, 0x5A);
    EXPECT_EQ(transmit()->size(), std::size_t{MAX_BUFFER_SIZE_EXTENDED});
}

TEST_F(Connections, TakeSilenceForARemovalWhenTheCardIsGone) {
    begin();
    fake().next["SCardTransmit"] = {SCARD_E_NOT_TRANSACTED, SCARD_E_NOT_TRANSACTED};
    EXPECT_TRUE(failed_with(transmit(soon()), Errc::card_mute));
    fake().event_state = 0x00020000 | SCARD_STATE_EMPTY;
    EXPECT_TRUE(failed_with(transmit(), Errc::card_removed));
}

TEST_F(Connections, GivePcscdTimeToNoticeARemoval) {
    begin();
    fake().next["SCardTransmit"] = {SCARD_E_NOT_TRANSACTED};
    fake().next_event_states = {fake().event_state, fake().event_state, 0x00020000 | SCARD_STATE_EMPTY};
    EXPECT_TRUE(failed_with(transmit(), Errc::card_removed));
}

TEST_F(Connections, PowerUpACardThatHasNoPower) {
    for (const LONG code : {SCARD_W_UNPOWERED_CARD, SCARD_W_UNRESPONSIVE_CARD, SCARD_E_PROTO_MISMATCH}) {
        SCOPED_TRACE(::testing::Message() << std::hex << code);
        reset_fake();
        fake().always["SCardConnect"] = code;
        open();
        auto connected =
            context_->connect(kReader, std::chrono::steady_clock::now() + std::chrono::seconds(1));
        ASSERT_TRUE(connected);
        const auto begun = (*connected)->begin(soon());
        ASSERT_TRUE(begun);
        EXPECT_TRUE(begun->was_reset) << "whatever the card knew is lost";
        connected->reset();
        context_.reset();
    }
}

// Each try takes libpcsclite 400 ms while pcscd has no answer to reset of a card that is there.
TEST_F(Connections, ToACardWithoutPowerAreTriedOnceMoreAtMost) {
    open();
    fake().always["SCardConnect"] = SCARD_E_PROTO_MISMATCH;
    connection_ = std::move(*context_->connect(kReader, kNever));
    EXPECT_EQ(fake().count("SCardConnect"), 2);
    EXPECT_EQ(fake().count("SCardConnect(DIRECT)"), 1);
}

// SCardDisconnect(SCARD_UNPOWER_CARD) by another program: told as a reset, and the card stays without power.
TEST_F(Connections, PowerUpACardThatAnotherProgramLeftWithoutPower) {
    connect();
    fake().next["SCardGetAttrib"] = {SCARD_W_RESET_CARD};
    ASSERT_TRUE(connection_->begin(soon()));
    fake().next["SCardTransmit"] = {SCARD_E_NOT_TRANSACTED};
    EXPECT_TRUE(failed_with(transmit(), Errc::card_reset));
    connection_->end(Disposition::leave);
    EXPECT_EQ(fake().count("SCardConnect(DIRECT)"), 0);
    const auto begun = connection_->begin(std::chrono::steady_clock::now() + std::chrono::seconds(1));
    ASSERT_TRUE(begun);
    EXPECT_TRUE(begun->was_reset);
    EXPECT_EQ(fake().count("SCardConnect(DIRECT)"), 1);
    fake().next["SCardTransmit"] = {SCARD_E_NOT_TRANSACTED};
    EXPECT_TRUE(failed_with(transmit(soon()), Errc::card_mute)) << "once is enough";
}

TEST_F(Connections, PowerUpWhileSomebodyHoldsTheReaderIsNotTried) {
    open();
    fake().always["SCardConnect"] = SCARD_W_UNPOWERED_CARD;
    fake().always["SCardConnect(DIRECT)"] = SCARD_E_SHARING_VIOLATION;
    EXPECT_TRUE(failed_with(context_->connect(kReader, soon()), Errc::reader_busy));
    EXPECT_EQ(fake().count("SCardConnect(DIRECT)"), 1);
}

TEST_F(Connections, OfASilentCardAreGivenUpSoonAndInWords) {
    open();
    fake().always["SCardConnect"] = SCARD_W_UNRESPONSIVE_CARD;
    fake().always["SCardReconnect"] = SCARD_W_UNRESPONSIVE_CARD;
    const auto connected = context_->connect(kReader, kNever);
    ASSERT_TRUE(failed_with(connected, Errc::card_mute));
    EXPECT_STREQ(connected.error().what, "a card lies in the reader but does not answer");
    EXPECT_EQ(fake().count("SCardReconnect"), 4);
}

// No code at any call may crash us, leave something open, keep us beyond a deadline or come out as an error
// that the port does not know at that place.
TEST_F(EveryCode, AtEveryCallIsAnErrorOfThePort) {
    const auto check = [](const auto& result, std::initializer_list<Errc> allowed) {
        if (!result) {
            EXPECT_THAT(allowed, ::testing::Contains(result.error().code));
        }
    };
    const char* const calls[] = {"SCardEstablishContext", "SCardReleaseContext",  "SCardListReaders",
                                 "SCardConnect(DIRECT)",  "SCardGetStatusChange", "SCardConnect",
                                 "SCardReconnect",        "SCardDisconnect",      "SCardGetAttrib",
                                 "SCardTransmit",         "SCardEndTransaction",  "SCardBeginTransaction"};
    for (const char* call : calls) {
        for (LONG code = 0x80100001; code <= 0x80100070; ++code) {
            SCOPED_TRACE(::testing::Message() << call << " " << std::hex << code);
            reset_fake();
            fake().always[call] = code;
            // So that SCardReconnect has its turn, too.
            if (std::string_view(call) == "SCardConnect(DIRECT)")
                fake().always["SCardConnect"] = SCARD_W_UNPOWERED_CARD;
            if (std::string_view(call) == "SCardReconnect")
                fake().next["SCardGetAttrib"] = {SCARD_W_RESET_CARD};
            const auto past = std::chrono::steady_clock::now();
            auto opened = system_->open();
            check(opened, {Errc::service_unavailable, Errc::access_denied, Errc::no_memory, Errc::transport});
            if (!opened) continue;
            check((*opened)->list(),
                  {Errc::service_unavailable, Errc::access_denied, Errc::no_memory, Errc::transport});
            auto connected = (*opened)->connect(kReader, past);
            check(connected, {Errc::no_card, Errc::card_removed, Errc::card_mute, Errc::reader_gone,
                              Errc::reader_busy, Errc::service_unavailable, Errc::access_denied,
                              Errc::timed_out, Errc::transport, Errc::no_memory, Errc::abandoned});
            if (!connected) continue;
            const auto begun = (*connected)->begin(past);
            check(begun, {Errc::card_removed, Errc::card_mute, Errc::reader_gone, Errc::reader_busy,
                          Errc::service_unavailable, Errc::access_denied, Errc::timed_out, Errc::transport,
                          Errc::no_memory, Errc::abandoned});
            if (begun) (void)(*connected)->transmit(Bytes{0, 0, 0, 0}, soon());
            (*connected)->end(Disposition::leave);
            connected->reset();
            EXPECT_EQ(fake().handles, 0);
        }
    }
}

}  // namespace jpki::card::pcsc::test
