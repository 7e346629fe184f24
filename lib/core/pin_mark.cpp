#include "core/pin_mark.hpp"

#include "crypto/digest.hpp"

namespace jpki::p11 {

PinMark PinMarks::mark(ByteView typed, Random& random) {
    constexpr std::size_t kKey = 32;
    constexpr std::size_t kMostRead = 255;
    if (key_.empty()) {
        key_ = SecretBytes(Bytes(kKey));
        random.fill(key_.writable());
    }
    auto running = crypto::Digest::start(crypto::Hash::sha256);
    const auto size = static_cast<std::uint64_t>(typed.size());
    const bool fed = running && running->update(key_.view()) &&
                     running->update({reinterpret_cast<const std::uint8_t*>(&size), sizeof size}) &&
                     (typed.size() > kMostRead || running->update(typed));
    auto made = fed ? running->finish() : fail(Errc::no_memory);
    return made ? std::move(*made) : PinMark();
}

std::uint64_t RefusedPin::count() {
    const Lock lock(mutex_);
    return count_;
}

std::optional<LoginReport> RefusedPin::since(std::uint64_t begun, const PinMark& pin) {
    const Lock lock(mutex_);
    if (count_ == begun || pin.empty() || pin != pin_) return std::nullopt;
    return answer_;
}

void RefusedPin::record(const PinMark& pin, const LoginReport& answer) {
    if (!failed_with(answer.status, Errc::pin_incorrect) || answer.change_sent) return;
    const Lock lock(mutex_);
    ++count_;
    pin_ = pin;
    answer_ = answer;
}

}  // namespace jpki::p11
