#include "reader.hpp"

#include <ifdhandler.h>

#include <utility>

namespace jpki::testing::ifd {

long Reader::enter(Call call) {
    Guard lock(mutex_);
    const auto index = static_cast<std::size_t>(call);
    Plan& plan = plans_[index];
    ++plan.calls;
    under_way_ = kCallNames[index];
    wait(lock, std::exchange(plan.slow, {}));
    const long code = std::exchange(plan.code, IFD_SUCCESS);
    if (!plugged_in_) return IFD_NO_SUCH_DEVICE;
    if (std::exchange(power_lost_, false) && line_.card_present()) line_.control(CardControl::kPowerOff);
    return code;
}

void Reader::wait(Guard& lock, std::chrono::milliseconds time) {
    const std::size_t before = releases_;
    changed_.wait_for(lock, time, [&] { return releases_ != before || !plugged_in_; });
}

void Reader::leave() {
    const Guard lock(mutex_);
    under_way_ = {};
}

namespace {

// Ends a call on every way out.
template <typename Leave>
struct AtEnd {
    Leave leave;
    ~AtEnd() { leave(); }
};
template <typename Leave>
AtEnd(Leave) -> AtEnd<Leave>;

}  // namespace

long Reader::open() {
    const AtEnd end{[this] { leave(); }};
    // A card lies in a reader before anybody opens that.
    if (!line_.listen()) return IFD_COMMUNICATION_ERROR;
    if (const long code = enter(Call::kOpen); code != IFD_SUCCESS) return code;
    const Guard lock(mutex_);
    open_ = true;
    return IFD_SUCCESS;
}

void Reader::close() {
    const Guard lock(mutex_);
    open_ = false;
}

long Reader::presence() {
    const AtEnd end{[this] { leave(); }};
    if (const long code = enter(Call::kPresence); code != IFD_SUCCESS) return code;
    return sees_card() ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}

bool Reader::sees_card() {
    const bool present = line_.card_present();
    const Guard lock(mutex_);
    return present && std::chrono::steady_clock::now() >= empty_until_;
}

long Reader::power_up_fails() {
    const Guard lock(mutex_);
    if (silent_ == 0) return IFD_SUCCESS;
    --silent_;
    return IFD_ERROR_POWER_ACTION;
}

long Reader::power(PowerAction action) {
    const AtEnd end{[this] { leave(); }};
    if (const long code = enter(Call::kPower); code != IFD_SUCCESS) return code;
    if (!sees_card()) return action == PowerAction::kDown ? IFD_SUCCESS : IFD_ERROR_POWER_ACTION;
    Bytes atr;
    if (action == PowerAction::kDown) {
        line_.control(CardControl::kPowerOff);
        const Guard lock(mutex_);
        empty_until_ = std::chrono::steady_clock::now() + gap_;
    } else {
        if (const long code = power_up_fails(); code != IFD_SUCCESS) return code;
        line_.control(action == PowerAction::kUp ? CardControl::kPowerOn : CardControl::kReset);
        const auto answered = line_.ask(Bytes{static_cast<std::uint8_t>(CardControl::kAtr)});
        if (!answered || answered->empty()) return IFD_ERROR_POWER_ACTION;
        atr = *answered;
    }
    const Guard lock(mutex_);
    atr_ = std::move(atr);
    return IFD_SUCCESS;
}

long Reader::transmit(ByteView command, Bytes& answer) {
    const AtEnd end{[this] { leave(); }};
    if (const long code = enter(Call::kTransmit); code != IFD_SUCCESS) return code;
    std::optional<Bytes> answered = line_.ask(command);
    Guard lock(mutex_);
    if (const auto mute = std::exchange(mute_, std::chrono::milliseconds(-1)); mute.count() >= 0) {
        wait(lock, mute);
        answered.reset();
    }
    if (!plugged_in_) return IFD_NO_SUCH_DEVICE;
    if (!answered) return IFD_RESPONSE_TIMEOUT;
    answer = std::move(*answered);
    return IFD_SUCCESS;
}

Bytes Reader::atr() const {
    const Guard lock(mutex_);
    return atr_;
}

void Reader::unplug() {
    const Guard lock(mutex_);
    plugged_in_ = false;
    power_lost_ = true;
    changed_.notify_all();
}

void Reader::plug() {
    const Guard lock(mutex_);
    plugged_in_ = true;
}

void Reader::slow(Call call, std::chrono::milliseconds time) {
    const Guard lock(mutex_);
    plans_[static_cast<std::size_t>(call)].slow = time;
}

void Reader::fail(Call call, long code) {
    const Guard lock(mutex_);
    plans_[static_cast<std::size_t>(call)].code = code;
}

void Reader::mute(std::chrono::milliseconds time) {
    const Guard lock(mutex_);
    mute_ = time;
}

void Reader::silent(long power_ups) {
    const Guard lock(mutex_);
    silent_ = power_ups;
}

void Reader::gap(std::chrono::milliseconds time) {
    const Guard lock(mutex_);
    gap_ = time;
}

void Reader::release() {
    const Guard lock(mutex_);
    silent_ = 0;
    gap_ = {};
    for (Plan& plan : plans_)
        plan = {.calls = plan.calls};
    mute_ = std::chrono::milliseconds(-1);
    ++releases_;
    changed_.notify_all();
}

std::string Reader::status() const {
    const Guard lock(mutex_);
    std::string out = "{\"plugged_in\": ";
    out += plugged_in_ ? "true" : "false";
    out += ", \"open\": ";
    out += open_ ? "true" : "false";
    out += ", \"under_way\": \"" + std::string(under_way_) + "\"";
    for (std::size_t i = 0; i < plans_.size(); ++i) {
        out += ", \"" + std::string(kCallNames[i]) + "\": " + std::to_string(plans_[i].calls);
    }
    return out + "}";
}

}  // namespace jpki::testing::ifd
