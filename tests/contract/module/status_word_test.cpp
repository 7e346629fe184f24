// A card that answers one command with a status word that nobody expected: what the next calls find. The
// lease it happened in is over, the login is renewed with the kept PIN, and no PIN that the card refused is
// sent again.
#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "world.hpp"

namespace jpki::testing {

namespace {

// Commands by INS, and by what they are for.
struct Command {
    const char* name;
    std::uint8_t ins;
    bool with_data;
};
constexpr std::array kCommands{
    Command{"Select", 0xA4, true}, Command{"Read", 0xB0, false}, Command{"Counter", 0x20, false},
    Command{"Verify", 0x20, true}, Command{"Sign", 0x2A, true},
};
constexpr std::size_t kHeader = 5;

bool is(const Command& wanted, ByteView command) {
    if (command.size() < 4 || command[1] != wanted.ins) return false;
    return wanted.ins != 0x20 || (command.size() > kHeader) == wanted.with_data;
}

// None of them is a number of tries, which is an answer.
constexpr std::array<std::uint16_t, 15> kWords{0x6982, 0x6F00, 0x6985, 0x6A82, 0x6A86, 0x6A80, 0x6700, 0x6E00,
                                               0x6400, 0x6581, 0x6986, 0x6A88, 0x6200, 0x9001, 0x6B00};

}  // namespace

class UnexpectedWord : public World, public ::testing::WithParamInterface<Command> {
  protected:
    void SetUp() override {
        timing.linger = std::chrono::milliseconds(20);
        initialize();
    }
    // Runs `body` with a session under every word, whether the card did what it was told or not.
    void under_every_word(const std::function<void(CK_SESSION_HANDLE)>& body) {
        for (const std::uint16_t word : kWords) {
            for (const bool executed : {false, true}) {
                SCOPED_TRACE(::testing::Message() << std::hex << word << (executed ? ", executed" : ""));
                word_ = word;
                executed_ = executed;
                const CK_SESSION_HANDLE session = open(kAuth);
                const unsigned failed = oracle().auth_pin.failed;
                body(session);
                readers.answer_instead(nullptr);
                EXPECT_EQ(sign_document(session), CKR_OK);
                EXPECT_EQ(oracle().auth_pin.failed, failed);
                EXPECT_EQ(C_CloseSession(session), CKR_OK);
                EXPECT_FALSE(second_client_can_sign());
            }
        }
    }
    // The next command of the kind under test is answered so.
    void answer_once() {
        readers.answer_instead(
            [command = GetParam(), word = word_, done = false](ByteView sent) mutable {
                const bool now = is(command, sent) && !std::exchange(done, true);
                return now ? std::optional(word) : std::nullopt;
            },
            executed_);
    }
    static void expect_one_failure_at_most(CK_SESSION_HANDLE session) {
        int failures = 0;
        for (int i = 0; i < 3; ++i) {
            const CK_RV signature = sign_document(session);
            EXPECT_TRUE(signature == CKR_OK || signature == CKR_DEVICE_ERROR ||
                        signature == CKR_USER_NOT_LOGGED_IN)
                << signature;
            if (signature != CKR_OK) ++failures;
            // A renewal that failed is not tried again without the user.
            if (signature != CKR_OK && state(session) == CKS_RO_PUBLIC_SESSION) {
                EXPECT_EQ(login(session, kAuthPin), CKR_OK);
            }
        }
        EXPECT_LE(failures, 1);
    }

  private:
    std::uint16_t word_ = 0;
    bool executed_ = false;
};

INSTANTIATE_TEST_SUITE_P(To, UnexpectedWord, ::testing::ValuesIn(kCommands),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(UnexpectedWord, InTheLeaseOfALoginCostsOneSignatureAtMost) {
    under_every_word([this](CK_SESSION_HANDLE session) {
        ASSERT_EQ(login(session, kAuthPin), CKR_OK);
        answer_once();
        expect_one_failure_at_most(session);
    });
}

TEST_P(UnexpectedWord, WhereALoginIsRenewedCostsOneSignatureAtMost) {
    under_every_word([this](CK_SESSION_HANDLE session) {
        ASSERT_EQ(login(session, kAuthPin), CKR_OK);
        EXPECT_FALSE(second_client_can_sign());
        answer_once();
        expect_one_failure_at_most(session);
    });
}

TEST_P(UnexpectedWord, AtALoginCostsThatLoginAtMost) {
    under_every_word([this](CK_SESSION_HANDLE session) {
        answer_once();
        const CK_RV first = login(session, kAuthPin);
        if (first != CKR_OK) {
            EXPECT_EQ(login(session, kAuthPin), CKR_OK) << "after " << first;
        }
    });
}

class LostStatus : public World {
  protected:
    void SetUp() override {
        initialize();
        session_ = open(kAuth);
        ASSERT_EQ(login(session_, kAuthPin), CKR_OK);
    }
    // The card forgets, and neither it nor the reader says so.
    void forget() {
        readers.locked([this] { card->power_on(); });
    }
    CK_SESSION_HANDLE session_ = 0;
};

TEST_F(LostStatus, IsRenewedByTheNextSignatureButOne) {
    forget();
    const CK_RV first = sign_document(session_);
    EXPECT_TRUE(first == CKR_OK || first == CKR_DEVICE_ERROR) << first;
    EXPECT_EQ(sign_document(session_), CKR_OK);
    EXPECT_EQ(sign_document(session_), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
}

// The application stays selected, only the login is lost: nothing was signed, so the same call may go on.
TEST_F(LostStatus, OfTheLoginAloneIsRenewedInTheSameCall) {
    std::atomic<bool> done = false;
    readers.before_command([this, &done](ByteView command) {
        if (command[1] == 0x2A && !done.exchange(true))
            readers.locked([this] {
                card->power_on();
                card->transmit(Bytes{0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00,
                                     0x00, 0x00, 0x01});
            });
    });
    EXPECT_EQ(sign_document(session_), CKR_OK);
    EXPECT_EQ(oracle().auth_pin.verifies, 2U);
    EXPECT_EQ(oracle().auth_pin.failed, 0U);
    readers.before_command([](ByteView) {});
}

// Always 6982, whoever logs in: one renewal a call, and then the user is asked.
TEST_F(LostStatus, ThatStaysLostIsSaid) {
    readers.answer_instead([](ByteView command) -> std::optional<std::uint16_t> {
        return command[1] == 0x2A ? std::optional<std::uint16_t>(0x6982) : std::nullopt;
    });
    EXPECT_EQ(sign_document(session_), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(oracle().auth_pin.verifies, 2U);
    readers.answer_instead(nullptr);
    EXPECT_EQ(login(session_, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session_), CKR_OK);
}

TEST_F(LostStatus, IsNotRenewedASecondTimeWithAPinThatTheCardRefuses) {
    std::atomic<int> sent = 0;
    readers.answer_instead([&sent](ByteView command) -> std::optional<std::uint16_t> {
        if (command[1] != 0x20 || command.size() <= kHeader) return std::nullopt;
        ++sent;
        return 0x63C2;
    });
    forget();
    for (int i = 0; i < 4; ++i)
        (void)sign_document(session_);
    EXPECT_EQ(state(session_), CKS_RO_PUBLIC_SESSION);
    EXPECT_EQ(sent, 1);
    readers.answer_instead(nullptr);
    EXPECT_EQ(login(session_, kAuthPin), CKR_OK);
    EXPECT_EQ(sign_document(session_), CKR_OK);
}

}  // namespace jpki::testing
