#include "core/login_state.hpp"

namespace jpki::p11 {

bool LoginState::is_for_one_signature() const noexcept {
    return purpose_ == KeyPurpose::signature && environment_.config.confirm == Confirm::every_signature;
}

bool LoginState::expired() const {
    if (!now_.active) return false;
    const Config& config = environment_.config;
    const Duration limit = purpose_ == KeyPurpose::authentication ? config.auth_idle : config.sign_idle;
    const Clock& clock = *environment_.clock;
    const bool idle = limit != Duration::max() && clock.now() - now_.last_call > limit;
    return idle || clock.suspended() - now_.suspended > environment_.timing.sleep_noticed;
}

bool LoginState::counter_is_due() const {
    // Between a login for one signature and that signature, the question could disturb them.
    if (now_.confirmation_waits) return false;
    return !now_.tries || environment_.clock->now() - now_.tries_read > environment_.timing.counter_freshness;
}

SecretBytes LoginState::copy_of_pin() const {
    return now_.active && !now_.pin.empty() ? now_.pin.clone() : SecretBytes();
}

Result<TypedPin> LoginState::check(const PinInfo& info, ByteView typed, LastTry permitted) {
    Random& random = *environment_.random;
    auto pin = check_pin(info, typed);
    PinMark mark = pin ? PinMark() : marks_.mark(typed, random);
    const bool again = typed.empty() || (!mark.empty() && mark == now_.impossible);
    now_.impossible = std::move(mark);
    if (!pin) {
        now_.wrong_pin = true;
        refusal_ = Refusal::malformed;
        if (again)
            return fail(Errc::pin_hopeless, "an empty PIN, or an impossible one again; nothing was sent");
        return fail(pin.error());
    }
    mark = marks_.mark(pin->view(), random);
    // What holds for one login: its program's permission, else the configuration.
    const LastTry last_try = permitted == LastTry::allow ? permitted : environment_.config.last_try;
    return TypedPin{std::move(*pin), last_try, std::move(mark), refused_, refused_->count()};
}

void LoginState::begin(SecretBytes pin) {
    now_.active = true;
    now_.pin = std::move(pin);
    now_.suspended = environment_.clock->suspended();
    touch();
}

void LoginState::wipe_confirmations() {
    for (const auto& waiting : now_.confirmations) {
        if (const auto confirmation = waiting.lock()) confirmation->pin_.wipe();
    }
    now_.confirmations.clear();
    now_.confirmation_waits = false;
}

void LoginState::end() {
    now_.active = false;
    now_.pin.wipe();
    wipe_confirmations();
    ++number_;
}

void LoginState::card_left() {
    end();
    now_ = Now{};
}

Result<SecretBytes> LoginState::take_for_signature(Confirmation* confirmed) {
    SecretBytes pin = std::move(confirmed != nullptr ? confirmed->pin_ : now_.pin);
    if (pin.empty()) return fail(Errc::user_not_logged_in, "every signature needs its own login");
    now_.confirmation_waits = false;
    return pin;
}

std::shared_ptr<Confirmation> LoginState::confirm(SecretBytes pin) {
    auto made = std::make_shared<Confirmation>(std::move(pin));
    std::erase_if(now_.confirmations, [](const auto& waiting) { return waiting.expired(); });
    now_.confirmations.push_back(made);
    now_.confirmation_waits = true;
    return made;
}

void LoginState::record_counter(const std::optional<std::uint8_t>& tries) {
    now_.tries = tries;
    now_.tries_read = environment_.clock->now();
}

bool LoginState::record(const LoginReport& report, LoginBy by) {
    if (report.tries) record_counter(report.tries);
    if (by == LoginBy::kept_pin) {
        if (report.status) return false;
        // One failure, whatever its reason, ends the silent renewals: the user is asked again.
        if (report.refusal != Refusal::none) refusal_ = report.refusal;
        return true;
    }
    refusal_ = report.refusal;
    if (report.status)
        now_.wrong_pin = false;
    else if (failed_with(report.status, Errc::pin_incorrect) || failed_with(report.status, Errc::pin_locked))
        now_.wrong_pin = true;
    return !report.status && report.change_sent;
}

void LoginState::record_change(SecretBytes fresh) {
    // Where every signature needs its own login, one that is spent stays so, and operations that were
    // confirmed with the old PIN end: it would cost a try.
    if (!now_.pin.empty()) now_.pin = std::move(fresh);
    if (!is_for_one_signature()) return;
    ++number_;
    wipe_confirmations();
}

}  // namespace jpki::p11
