#include "reader.hpp"

#include <functional>
#include <numeric>
#include <thread>

namespace jpki::testing::twin {
namespace {

// Messages of the CCID specification (revision 1.1, 6.1 and 6.2).
constexpr std::uint8_t kSetParameters = 0x61;
constexpr std::uint8_t kPowerOn = 0x62;
constexpr std::uint8_t kPowerOff = 0x63;
constexpr std::uint8_t kGetSlotStatus = 0x65;
constexpr std::uint8_t kEscape = 0x6B;
constexpr std::uint8_t kGetParameters = 0x6C;
constexpr std::uint8_t kResetParameters = 0x6D;
constexpr std::uint8_t kTransfer = 0x6F;
constexpr std::uint8_t kDataBlock = 0x80;
constexpr std::uint8_t kSlotStatus = 0x81;
constexpr std::uint8_t kParameters = 0x82;
constexpr std::uint8_t kEscapeAnswer = 0x83;
constexpr std::uint8_t kFailed = 0x40;
constexpr std::uint8_t kCardMute = 0xFE;
constexpr std::uint8_t kNotSupported = 0x00;
constexpr std::size_t kHeader = 10;
constexpr std::size_t kSpecific = 7;

// Escapes of the GemPC Twin: its firmware's name, and when it tells of a card that comes or goes.
constexpr std::uint8_t kGetFirmware = 0x02;
constexpr std::string_view kFirmware = "jpki test reader";

}  // namespace

// While the card executes a command its answer may be waiting, which CardLine would take for its end.
bool Reader::card_present() {
    if (!executing_) there_ = line_.card_present();
    return there_ && inside_;
}

std::uint8_t Reader::slot_state() {
    if (!card_present()) return 2;
    if (Clock::now() < empty_until_) {
        faults_.change([](Plan&, Counts& counts) { ++counts.empty_reads; });
        return 2;
    }
    return powered_ ? 0 : 1;
}

std::optional<bool> Reader::slot_change() {
    const bool present = card_present() && Clock::now() >= empty_until_;
    if (std::exchange(told_present_, present) == present) return std::nullopt;
    return present;
}

Bytes Reader::answer(ByteView message) {
    if (!card_present()) cut_power();
    if (message[0] != kPowerOn) mute_voltage_.reset();
    switch (message[0]) {
        case kPowerOn: return power_on(message);
        case kPowerOff: return power_off(message);
        case kTransfer: return transfer(message);
        case kGetSlotStatus: return reply(kSlotStatus, message);
        case kSetParameters: return reply(kParameters, message, message.subspan(kHeader), message[kSpecific]);
        case kGetParameters:
        case kResetParameters: return failure(kParameters, message, kNotSupported);
        case kEscape: {
            const bool name = message.size() > kHeader && message[kHeader] == kGetFirmware;
            return reply(kEscapeAnswer, message, name ? to_bytes(kFirmware) : Bytes{});
        }
        default: return failure(kSlotStatus, message, kNotSupported);
    }
}

Bytes Reader::power_on(ByteView message) {
    if (slot_state() == 2) return mute(message);
    // The driver tries other voltages at once, as a reader that finds out by itself does: one power-up that
    // is mute, not three of which the second would not be.
    const std::uint8_t voltage = message[kSpecific];
    const bool again = mute_voltage_ && *mute_voltage_ != voltage;
    if (again || faults_.power_up_is_mute()) {
        if (!again) mute_voltage_ = voltage;
        cut_power();
        return mute(message);
    }
    if (powered_) faults_.change([](Plan&, Counts& counts) { ++counts.warm_resets; });
    line_.control(powered_ ? CardControl::kReset : CardControl::kPowerOn);
    const std::optional<Bytes> atr = line_.ask(Bytes{static_cast<std::uint8_t>(CardControl::kAtr)});
    if (!atr || atr->empty()) return mute(message);
    mute_voltage_.reset();
    powered_ = true;
    fresh_ = true;
    card_.reset();
    take_time_for(atr->size());
    return reply(kDataBlock, message, *atr);
}

// pcscd asks for it twice: only the first time is there power to cut.
Bytes Reader::power_off(ByteView message) {
    if (!powered_) return reply(kSlotStatus, message);
    cut_power();
    if (const milliseconds empty = faults_.power_off(); empty.count() > 0)
        empty_until_ = Clock::now() + empty;
    return reply(kSlotStatus, message);
}

void Reader::cut_power() {
    if (!powered_.exchange(false)) return;
    if (std::exchange(executing_, false)) (void)line_.receive();  // it is for nobody any more
    if (line_.card_present()) line_.control(CardControl::kPowerOff);
}

Bytes Reader::transfer(ByteView message) {
    const ByteView block = message.subspan(kHeader);
    if (!powered_) return mute(message);
    take_time_for(block.size());
    constexpr std::uint8_t kNegotiation = 0xFF;
    if (std::exchange(fresh_, false) && !block.empty() && block[0] == kNegotiation)
        return negotiate(message, block);
    return exchange_block(message, block);
}

// PPS (ISO/IEC 7816-3, 9): whoever agrees repeats it; who does not agree to the speed leaves that byte out.
Bytes Reader::negotiate(ByteView message, ByteView request) {
    fresh_ = true;  // refused, it may be tried once more
    if (request.size() < 3 || !faults_.pps_is_refused()) return reply(kDataBlock, message, request);
    const Bytes refusal{0xFF, static_cast<std::uint8_t>(request[1] & 0x0FU),
                        static_cast<std::uint8_t>(0xFFU ^ (request[1] & 0x0FU))};
    return reply(kDataBlock, message, refusal);
}

Bytes Reader::exchange_block(ByteView message, ByteView block) {
    const std::size_t resends = card_.resends();
    const T1Card::Then then = card_.take(block);
    if (card_.resends() != resends) faults_.change([](Plan&, Counts& counts) { ++counts.resends; });
    switch (then) {
        case T1Card::Then::kExecute: return execute(message);
        case T1Card::Then::kGoOn: return executing_ ? wait_for_card(message) : mute(message);
        default: return send_block(message);
    }
}

Bytes Reader::execute(ByteView message) {
    const ByteView command = card_.command();
    fate_ = faults_.command(command.size() > 1 ? command[1] : 0);
    executing_ = line_.send(command);
    if (!executing_) return mute(message);
    return wait_for_card(message);
}

Bytes Reader::wait_for_card(ByteView message) {
    if (!line_.answers_within(faults_.plan().patience)) {
        faults_.change([](Plan&, Counts& counts) { ++counts.waits; });
        card_.ask_for_time();
        return send_block(message);
    }
    const std::optional<Bytes> answer = line_.receive();
    executing_ = false;
    if (fate_ == Faults::Fate::kLost) {
        inside_ = false;
        cut_power();
    }
    if (!answer || fate_ != Faults::Fate::kAnswer || !inside_) return mute(message);
    card_.respond(*answer);
    return send_block(message);
}

Bytes Reader::send_block(ByteView message) {
    Bytes block = to_bytes(card_.block());
    if (faults_.block_is_wrong()) block.back() ^= 0xFFU;
    take_time_for(block.size());
    return reply(kDataBlock, message, block);
}

Bytes Reader::mute(ByteView message) { return failure(kDataBlock, message, kCardMute); }

Bytes Reader::reply(std::uint8_t type, ByteView message, ByteView data, std::uint8_t specific) {
    const auto size = static_cast<std::uint32_t>(data.size());
    Bytes out{type};
    for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::uint8_t>(size >> shift));
    append(out, message.subspan(5, 2));  // slot and number
    append(out, Bytes{slot_state(), 0, specific});
    append(out, data);
    return out;
}

Bytes Reader::failure(std::uint8_t type, ByteView message, std::uint8_t error) {
    Bytes out = reply(type, message);
    out[kSpecific] |= kFailed;
    out[kSpecific + 1] = error;
    return out;
}

void Reader::take_time_for(std::size_t bytes) {
    if (const microseconds byte = faults_.plan().byte; byte.count() > 0)
        std::this_thread::sleep_for(byte * bytes);
}

std::string Reader::status() const {
    const auto say = [](bool value) { return value ? "true" : "false"; };
    return std::string("{\"inside\": ") + say(inside_) + ", \"powered\": " + say(powered_) + ", " +
           faults_.status() + "}";
}

}  // namespace jpki::testing::twin
