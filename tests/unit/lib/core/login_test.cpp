// The PIN policy against a card that counts what it is sent (docs/architecture.md, "The login policy in ten
// lines").
#include "core/login.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

constexpr PinInfo kPin = kAuthentication.pin;
constexpr PinInfo kPassword = kSignature.pin;

std::string checked(const PinInfo& info, std::string_view typed) {
    const auto pin = check_pin(info, to_bytes(typed));
    if (!pin) return pin.error().code == Errc::pin_malformed ? "malformed" : "another error";
    return {pin->view().begin(), pin->view().end()};
}

TEST(CheckPin, AFourDigitPinIsFourDigits) {
    EXPECT_EQ(checked(kPin, "1234"), "1234");
    EXPECT_EQ(checked(kPin, "0000"), "0000");
    EXPECT_EQ(checked(kPin, "9999"), "9999");
    for (const char* wrong :
         {"", "1", "123", "12345", "123456", "12a4", "12A4", "123 ", " 123", "12:4", "12/4"})
        EXPECT_EQ(checked(kPin, wrong), "malformed") << wrong;
    EXPECT_EQ(checked(kPin, std::string_view("12\0"
                                             "4",
                                             4)),
              "malformed");
    EXPECT_EQ(checked(kPin, "\xEF\xBC\x91\x31"), "malformed") << "a full-width digit";
}

TEST(CheckPin, APasswordIsSixToSixteenLettersAndDigits) {
    EXPECT_EQ(checked(kPassword, "ABC123"), "ABC123");
    EXPECT_EQ(checked(kPassword, "AZ0918AZ0918AZ09"), "AZ0918AZ0918AZ09");
    for (const char* wrong : {"", "ABC12", "ABC123ABC123ABC12", "ABC-12", "ABC 12", "ABC12@", "ABC12[",
                              "ABC12`", "ABC12{", "ABC12/", "ABC12:", "\xE3\x83\x91\xE3\x82\xB9"})
        EXPECT_EQ(checked(kPassword, wrong), "malformed") << wrong;
}

TEST(CheckPin, LettersAreUpperCased) {
    EXPECT_EQ(checked(kPassword, "abc123"), "ABC123");
    EXPECT_EQ(checked(kPassword, "aBzZ09"), "ABZZ09");
}

TEST(CheckPin, OnlyDigitsOrOnlyLettersMayBeAPassword) {
    EXPECT_EQ(checked(kPassword, "123456"), "123456");
    EXPECT_EQ(checked(kPassword, "ABCDEF"), "ABCDEF");
}

std::string checked_new(const PinInfo& info, std::string_view typed) {
    const auto pin = check_new_pin(info, to_bytes(typed));
    if (pin) return {pin->view().begin(), pin->view().end()};
    switch (pin.error().code) {
        case Errc::pin_length: return "length";
        case Errc::pin_alphabet: return "alphabet";
        case Errc::pin_too_weak: return "weak";
        default: return "another error";
    }
}

TEST(CheckNewPin, SaysWhatIsWrong) {
    EXPECT_EQ(checked_new(kPin, "1234"), "1234");
    EXPECT_EQ(checked_new(kPin, "123"), "length");
    EXPECT_EQ(checked_new(kPin, "12345"), "length");
    EXPECT_EQ(checked_new(kPin, ""), "length");
    EXPECT_EQ(checked_new(kPin, "12A4"), "alphabet");
    EXPECT_EQ(checked_new(kPassword, "abc123"), "ABC123");
    EXPECT_EQ(checked_new(kPassword, "ABC12"), "length");
    EXPECT_EQ(checked_new(kPassword, "ABC123ABC123ABC12"), "length");
    EXPECT_EQ(checked_new(kPassword, "ABC 123"), "alphabet");
}

TEST(CheckNewPin, APasswordHasALetterAndADigit) {
    EXPECT_EQ(checked_new(kPassword, "123456"), "weak");
    EXPECT_EQ(checked_new(kPassword, "abcdef"), "weak");
    EXPECT_EQ(checked_new(kPassword, "ABCDE1"), "ABCDE1");
}

// Counters and answers to VERIFY as scripted; unscripted VERIFYs fail the test.
struct CountingCard final : Card {
    std::deque<Result<PinCounter>> counters;
    std::deque<Status> answers;
    std::deque<Status> changes;
    int verifies = 0;
    std::string sent;  // the PINs of VERIFY, and of the change after "="

    void serve(Connection& /*connection*/, const Waiter& /*waiter*/) noexcept override {}
    [[nodiscard]] bool sent_irreversible() const noexcept override { return false; }
    Status open() override { return {}; }
    [[nodiscard]] const CardFamily& family() const noexcept override { return kFamily; }
    Result<ByteView> identify() override { return fail(Errc::internal); }
    [[nodiscard]] bool identity_is_unique() const noexcept override { return true; }
    Result<PinCounter> read_counter(KeyPurpose purpose) override {
        EXPECT_EQ(purpose, KeyPurpose::authentication);
        EXPECT_FALSE(counters.empty()) << "asked more often than expected";
        return next(counters);
    }
    Status verify(KeyPurpose purpose, const PinSource& pin) override {
        ++verifies;
        EXPECT_EQ(purpose, KeyPurpose::authentication);
        const ByteView value = std::get<const SecretBytes*>(pin)->view();
        sent += (sent.empty() ? "" : " ") + std::string(value.begin(), value.end());
        EXPECT_FALSE(answers.empty()) << "a VERIFY nobody expected";
        return next(answers);
    }
    [[nodiscard]] bool is_verified(KeyPurpose /*purpose*/) const noexcept override { return false; }
    Status change_pin(KeyPurpose purpose, const SecretBytes& pin) override {
        EXPECT_EQ(purpose, KeyPurpose::authentication);
        sent += " =" + std::string(pin.view().begin(), pin.view().end());
        return next(changes);
    }
    Result<ByteView> read_certificate(KeyPurpose /*s*/, CertRole /*r*/, std::size_t /*n*/) override {
        return fail(Errc::internal);
    }
    [[nodiscard]] std::size_t certificate_size(KeyPurpose /*s*/, CertRole /*r*/) const noexcept override {
        return 0;
    }
    Result<Bytes> sign(KeyPurpose /*purpose*/, SignScheme /*scheme*/, ByteView /*data*/) override {
        return fail(Errc::internal);
    }
    Disposition close(TimePoint /*deadline*/) override { return Disposition::leave; }
    void on_reset() noexcept override {}
};

using Tries = std::optional<std::uint8_t>;
constexpr Tries kUnknown = std::nullopt;

class Login : public ::testing::Test {
  protected:
    LoginReport log_in(Result<PinCounter> counter, LastTry last_try = LastTry::refuse) {
        card_.counters.push_back(counter);
        return p11::log_in(card_, KeyPurpose::authentication, kPin, pin_, last_try);
    }
    LoginReport renew(Result<PinCounter> counter) {
        card_.counters.push_back(counter);
        return renew_login(card_, KeyPurpose::authentication, kPin, pin_);
    }
    // Code (or success), tries, refusal, VERIFYs sent.
    LoginReport change(Result<PinCounter> counter, LastTry last_try = LastTry::refuse) {
        card_.counters.push_back(counter);
        card_.sent.clear();
        const SecretBytes fresh{ByteView(to_bytes(std::string_view("5678")))};
        return change_pin(card_, KeyPurpose::authentication, kPin, pin_, fresh, last_try);
    }
    void expect(const LoginReport& report, std::optional<Errc> code, Tries tries, Refusal refusal, int sent) {
        EXPECT_EQ(!report.status ? std::optional(report.status.error().code) : std::nullopt, code);
        EXPECT_EQ(report.tries, tries);
        EXPECT_EQ(report.refusal, refusal);
        EXPECT_EQ(card_.verifies, sent);
    }
    static Status wrong(std::uint32_t sw) {
        return fail(sw == 0x63C0 ? Errc::pin_locked : Errc::pin_incorrect, "wrong", sw);
    }

    CountingCard card_;
    SecretBytes pin_{ByteView(to_bytes(std::string_view("1234")))};
};

TEST_F(Login, ARightPinFillsTheCounter) {
    for (const int tries : {3, 2}) {
        card_.verifies = 0;
        card_.answers = {Status{}};
        expect(log_in(PinCounter{static_cast<std::uint8_t>(tries)}), std::nullopt, 3, Refusal::none, 1);
    }
}

TEST_F(Login, AWrongPinSaysWhatIsLeft) {
    card_.answers = {wrong(0x63C2)};
    expect(log_in(PinCounter{3}), Errc::pin_incorrect, 2, Refusal::none, 1);
}

TEST_F(Login, APinBlockedByThisVeryTryHasNoneLeft) {
    card_.answers = {wrong(0x63C0)};
    expect(log_in(PinCounter{2}), Errc::pin_locked, 0, Refusal::none, 1);
}

TEST_F(Login, ALostAnswerIsNotSentAgain) {
    for (const Errc lost : {Errc::transport, Errc::card_reset, Errc::timed_out, Errc::card_removed}) {
        card_.verifies = 0;
        card_.answers = {fail(lost)};
        expect(log_in(PinCounter{3}), lost, kUnknown, Refusal::none, 1);
    }
}

TEST_F(Login, SendsNothingToALockedPin) {
    for (const LastTry policy : {LastTry::refuse, LastTry::allow})
        expect(log_in(PinCounter{0}, policy), Errc::pin_locked, 0, Refusal::locked, 0);
}

TEST_F(Login, KeepsTheLastTryUnlessAllowed) {
    expect(log_in(PinCounter{1}), Errc::last_try_refused, 1, Refusal::last_try, 0);
    card_.answers = {wrong(0x63C0)};
    expect(log_in(PinCounter{1}, LastTry::allow), Errc::pin_locked, 0, Refusal::none, 1);
}

TEST_F(Login, TreatsAnUnknownCounterAsTheLastTry) {
    expect(log_in(PinCounter{}), Errc::last_try_refused, kUnknown, Refusal::unknown_counter, 0);
    card_.answers = {Status{}};
    expect(log_in(PinCounter{}, LastTry::allow), std::nullopt, 3, Refusal::none, 1);
}

TEST_F(Login, SendsNothingWhenTheCounterCannotBeRead) {
    for (const LastTry policy : {LastTry::refuse, LastTry::allow})
        expect(log_in(fail(Errc::card_reset), policy), Errc::card_reset, kUnknown, Refusal::none, 0);
}

TEST_F(Login, SendsThePinItWasGiven) {
    card_.answers = {Status{}};
    EXPECT_TRUE(log_in(PinCounter{3}).status);
    EXPECT_EQ(card_.sent, "1234");
}

TEST_F(Login, AChangeVerifiesTheOldPinChangesItAndVerifiesTheNewOne) {
    card_.answers = {Status{}, Status{}};
    expect(change(PinCounter{3}), std::nullopt, 3, Refusal::none, 2);
    EXPECT_EQ(card_.sent, "1234 =5678 5678");
}

TEST_F(Login, AChangeWithAWrongOldPinChangesNothing) {
    card_.answers = {wrong(0x63C2)};
    expect(change(PinCounter{3}), Errc::pin_incorrect, 2, Refusal::none, 1);
    EXPECT_EQ(card_.sent, "1234");
}

TEST_F(Login, AChangeKeepsTheLastTryToo) {
    expect(change(PinCounter{1}), Errc::last_try_refused, 1, Refusal::last_try, 0);
    expect(change(PinCounter{0}), Errc::pin_locked, 0, Refusal::locked, 0);
    expect(change(PinCounter{}), Errc::last_try_refused, kUnknown, Refusal::unknown_counter, 0);
    expect(change(fail(Errc::transport)), Errc::transport, kUnknown, Refusal::none, 0);
    EXPECT_EQ(card_.sent, "");
}

TEST_F(Login, AChangeThatTheCardRefusesIsNotTriedOut) {
    card_.answers = {Status{}};
    card_.changes = {fail(Errc::wrong_parameters)};
    expect(change(PinCounter{3}), Errc::wrong_parameters, 3, Refusal::none, 1);
    EXPECT_EQ(card_.sent, "1234 =5678");
}

TEST_F(Login, ANewPinThatDoesNotWorkIsTriedOnce) {
    card_.answers = {Status{}, wrong(0x63C2)};
    expect(change(PinCounter{3}), Errc::pin_incorrect, 2, Refusal::none, 2);
}

TEST_F(Login, RenewsOnlyAtAFullCounter) {
    card_.answers = {Status{}};
    expect(renew(PinCounter{3}), std::nullopt, 3, Refusal::none, 1);
    card_.verifies = 0;
    expect(renew(PinCounter{2}), Errc::security_status, 2, Refusal::changed_elsewhere, 0);
    expect(renew(PinCounter{1}), Errc::security_status, 1, Refusal::changed_elsewhere, 0);
    expect(renew(PinCounter{}), Errc::security_status, kUnknown, Refusal::changed_elsewhere, 0);
    expect(renew(PinCounter{0}), Errc::pin_locked, 0, Refusal::locked, 0);
    expect(renew(fail(Errc::transport)), Errc::transport, kUnknown, Refusal::none, 0);
}

TEST_F(Login, ARenewalThatFailsAsksTheUserAgain) {
    card_.answers = {wrong(0x63C2)};
    expect(renew(PinCounter{3}), Errc::security_status, 2, Refusal::changed_elsewhere, 1);
}

TEST_F(Login, ARenewalOfUnknownOutcomeIsNotSentAgain) {
    card_.answers = {fail(Errc::card_mute)};
    expect(renew(PinCounter{3}), Errc::card_mute, kUnknown, Refusal::none, 1);
}

}  // namespace
}  // namespace jpki::p11::testing
