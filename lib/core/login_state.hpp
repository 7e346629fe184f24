// Who is logged in to one token: the kept PIN and what may be done with it, the counter, the last refusal.
// Used by Token alone, under its lock; it sends nothing itself. Only what is named end, card_left, spend,
// take_for_signature or record_change can wipe the PIN.
#pragma once

#include <memory>
#include <vector>

#include "core/pin_mark.hpp"
#include "reader/environment.hpp"

namespace jpki::p11 {

// The PIN of a context-specific login. The operation that waits for it holds it; the login alone looks inside
// and wipes it at its end.
class Confirmation {
  public:
    explicit Confirmation(SecretBytes pin) : pin_(std::move(pin)) {}

  private:
    friend class LoginState;
    SecretBytes pin_;
};

// A PIN that was typed, with what a job needs to send it at most once.
struct TypedPin {
    SecretBytes pin;
    LastTry last_try = LastTry::refuse;
    PinMark mark;
    std::shared_ptr<RefusedPin> refused;
    std::uint64_t refusals = 0;  // before this call
};

// The login that a job is allowed: none, the renewal of the one that is kept, or one by a PIN just typed, for
// itself or for a change of the PIN.
enum class LoginBy : std::uint8_t { nobody, kept_pin, typed_pin, pin_change };

struct PinState {
    std::optional<std::uint8_t> tries;  // as the card or the last login said
    bool wrong_since_success = false;
    Refusal refusal = Refusal::none;
};

class LoginState {
  public:
    // `environment` outlives it.
    LoginState(const Environment& environment, KeyPurpose purpose)
        : environment_(environment), purpose_(purpose) {}

    [[nodiscard]] bool active() const noexcept { return now_.active; }
    // Moves with every end of a login: what was begun under an older number is void.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    // Nobody used it for long, or it slept with the machine.
    [[nodiscard]] bool expired() const;
    // confirm = "every-signature": each needs a PIN of its own.
    [[nodiscard]] bool is_for_one_signature() const noexcept;
    [[nodiscard]] PinState pin_state() const { return {now_.tries, now_.wrong_pin, refusal_}; }
    // The counter is not known, or not of the last seconds, and nothing speaks against asking for it.
    [[nodiscard]] bool counter_is_due() const;
    // Empty: nobody is logged in, or the PIN is spent.
    [[nodiscard]] SecretBytes copy_of_pin() const;

    // Errors: pin_malformed; pin_hopeless when asking once more can change nothing: an empty PIN, or the same
    // impossible one again.
    Result<TypedPin> check(const PinInfo& info, ByteView typed, LastTry permitted);
    void begin(SecretBytes pin);
    void touch() { now_.last_call = environment_.clock->now(); }
    void end();
    // The end, also of all that was known of the card's PIN.
    void card_left();

    // A login for one signature: the operation's own, or else the user's. Errors: user_not_logged_in, when
    // there is neither.
    Result<SecretBytes> take_for_signature(Confirmation* confirmed);
    std::shared_ptr<Confirmation> confirm(SecretBytes pin);
    // The user's login counts for no signature any more.
    void spend() { now_.pin.wipe(); }

    void record_counter(const std::optional<std::uint8_t>& tries);
    // What became of a PIN that was sent. True: the login must end.
    [[nodiscard]] bool record(const LoginReport& report, LoginBy by);
    void record_change(SecretBytes fresh);

  private:
    // Of the card that is there.
    struct Now {
        bool active = false;
        SecretBytes pin;  // kept for renewals; taken by the one signature where each needs its own
        TimePoint last_call{};
        Duration suspended{};
        std::vector<std::weak_ptr<Confirmation>> confirmations;  // to be wiped with the login
        bool confirmation_waits = false;
        PinMark impossible;  // of the last PIN, if no card takes its like
        std::optional<std::uint8_t> tries;
        TimePoint tries_read{};
        bool wrong_pin = false;
    };
    void wipe_confirmations();

    const Environment& environment_;
    KeyPurpose purpose_;
    Now now_;
    PinMarks marks_;
    std::shared_ptr<RefusedPin> refused_ = std::make_shared<RefusedPin>();
    std::uint64_t number_ = 1;
    Refusal refusal_ = Refusal::none;
};

}  // namespace jpki::p11
