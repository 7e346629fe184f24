// Who is logged in, without a card: when the PIN is kept, when it is gone.
#include "core/login_state.hpp"

#include "doubles.hpp"

namespace jpki::p11::testing {
namespace {

constexpr PinInfo kPin{.min_length = 4, .max_length = 4, .max_tries = 3, .alphabet = Alphabet::digits};

class WhoIsLoggedIn : public ::testing::Test {
  protected:
    void begin(std::string_view pin = "1234") { login_.begin(SecretBytes(to_bytes(pin))); }
    [[nodiscard]] bool kept() const { return !login_.copy_of_pin().empty(); }
    static LoginReport refused(Errc code) { return {fail(code), std::nullopt, Refusal::none}; }

    std::shared_ptr<World> world_ = std::make_shared<World>();
    std::shared_ptr<Environment> environment_ = make_environment(world_, std::make_unique<FakeClock>());
    LoginState login_{*environment_, KeyPurpose::authentication};
    LoginState signing_{*environment_, KeyPurpose::signature};
};

TEST_F(WhoIsLoggedIn, KeepsThePinUntilItEnds) {
    EXPECT_FALSE(login_.active());
    EXPECT_FALSE(kept());
    begin();
    EXPECT_TRUE(login_.active());
    EXPECT_TRUE(kept());
    const auto number = login_.number();
    login_.end();
    EXPECT_FALSE(login_.active());
    EXPECT_FALSE(kept());
    EXPECT_NE(login_.number(), number);
}

TEST_F(WhoIsLoggedIn, ForgetsWithTheCardWhatWasKnownOfItsPin) {
    begin();
    login_.record_counter(std::uint8_t{2});
    (void)login_.record(refused(Errc::pin_incorrect), LoginBy::typed_pin);
    EXPECT_TRUE(login_.pin_state().wrong_since_success);
    login_.card_left();
    EXPECT_FALSE(kept());
    EXPECT_EQ(login_.pin_state().tries, std::nullopt);
    EXPECT_FALSE(login_.pin_state().wrong_since_success);
    EXPECT_TRUE(login_.counter_is_due());
}

TEST_F(WhoIsLoggedIn, EndsWithARenewalThatFailedWhateverTheReason) {
    for (const Errc code : {Errc::pin_incorrect, Errc::security_status, Errc::transport})
        EXPECT_TRUE(login_.record(refused(code), LoginBy::kept_pin)) << static_cast<int>(code);
    EXPECT_FALSE(login_.record({}, LoginBy::kept_pin));
    EXPECT_FALSE(login_.record(refused(Errc::pin_incorrect), LoginBy::typed_pin)) << "the kept one is right";
    EXPECT_FALSE(login_.record(refused(Errc::pin_incorrect), LoginBy::pin_change)) << "nothing was changed";
    LoginReport half = refused(Errc::transport);
    half.change_sent = true;
    EXPECT_TRUE(login_.record(half, LoginBy::pin_change));
}

TEST_F(WhoIsLoggedIn, IsSpentWithOneSignatureWhereEachNeedsItsOwn) {
    environment_->config.confirm = Confirm::every_signature;
    EXPECT_FALSE(login_.is_for_one_signature());
    ASSERT_TRUE(signing_.is_for_one_signature());
    signing_.begin(SecretBytes(to_bytes("ABC123")));
    EXPECT_TRUE(signing_.take_for_signature(nullptr));
    EXPECT_TRUE(failed_with(signing_.take_for_signature(nullptr), Errc::user_not_logged_in));
    const auto confirmed = signing_.confirm(SecretBytes(to_bytes("ABC123")));
    EXPECT_FALSE(signing_.counter_is_due()) << "the signature comes next";
    EXPECT_TRUE(signing_.take_for_signature(confirmed.get()));
    EXPECT_TRUE(failed_with(signing_.take_for_signature(confirmed.get()), Errc::user_not_logged_in));
    EXPECT_TRUE(signing_.active());
}

TEST_F(WhoIsLoggedIn, WipesWhatWasConfirmedWhenItEnds) {
    environment_->config.confirm = Confirm::every_signature;
    signing_.begin(SecretBytes(to_bytes("ABC123")));
    const auto confirmed = signing_.confirm(SecretBytes(to_bytes("ABC123")));
    signing_.end();
    EXPECT_TRUE(failed_with(signing_.take_for_signature(confirmed.get()), Errc::user_not_logged_in));
}

TEST_F(WhoIsLoggedIn, TakesAnImpossiblePinForHopelessTheSecondTime) {
    EXPECT_TRUE(failed_with(login_.check(kPin, to_bytes("12a4"), LastTry::refuse), Errc::pin_malformed));
    EXPECT_EQ(login_.pin_state().refusal, Refusal::malformed);
    EXPECT_TRUE(failed_with(login_.check(kPin, to_bytes("12b4"), LastTry::refuse), Errc::pin_malformed));
    EXPECT_TRUE(failed_with(login_.check(kPin, to_bytes("12b4"), LastTry::refuse), Errc::pin_hopeless));
    EXPECT_TRUE(failed_with(login_.check(kPin, {}, LastTry::refuse), Errc::pin_hopeless));
    EXPECT_TRUE(login_.check(kPin, to_bytes("1234"), LastTry::refuse));
}

TEST_F(WhoIsLoggedIn, KeepsTheNewPinOnlyWhereTheOldOneWasKept) {
    begin();
    login_.record_change(SecretBytes(to_bytes("5678")));
    EXPECT_TRUE(equal(login_.copy_of_pin().view(), to_bytes("5678")));
    login_.spend();
    login_.record_change(SecretBytes(to_bytes("9999")));
    EXPECT_FALSE(kept());
}

}  // namespace
}  // namespace jpki::p11::testing
