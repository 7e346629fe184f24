#include "t1_card.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace jpki::testing::twin {
namespace {

constexpr std::size_t kPrologue = 3;
constexpr std::size_t kMostData = 254;
constexpr std::size_t kLongestCommand = 65'544;

// Kinds of blocks, by their control byte.
constexpr std::uint8_t kReceipt = 0x80;
constexpr std::uint8_t kSupervision = 0xC0;
constexpr std::uint8_t kMore = 0x20;      // of an I-block
constexpr std::uint8_t kResponse = 0x20;  // of an S-block
constexpr std::uint8_t kWrongCheck = 0x01;
constexpr std::uint8_t kOtherError = 0x02;
constexpr std::uint8_t kResynchronize = 0x00;
constexpr std::uint8_t kDataSize = 0x01;
constexpr std::uint8_t kAbort = 0x02;
constexpr std::uint8_t kMoreTime = 0x03;

bool is_information(std::uint8_t control) { return (control & 0x80U) == 0; }
bool is_receipt(std::uint8_t control) { return (control & 0xC0U) == kReceipt; }
unsigned number_of(std::uint8_t control) {
    return (control & (is_information(control) ? 0x40U : 0x10U)) == 0 ? 0 : 1;
}

std::uint8_t information(unsigned number, bool more) {
    return static_cast<std::uint8_t>((number << 6U) | (more ? kMore : 0U));
}
std::uint8_t receipt(unsigned number, std::uint8_t error) {
    return static_cast<std::uint8_t>(kReceipt | (number << 4U) | error);
}

std::uint8_t check(ByteView bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint8_t{0}, std::bit_xor<>());
}

}  // namespace

T1Card::Then T1Card::take(ByteView block) {
    if (block.size() < kPrologue + 1 || check(block) != 0)
        return send(receipt(next_number_, kWrongCheck), {});
    const std::uint8_t control = block[1];
    const ByteView data = block.subspan(kPrologue, block.size() - kPrologue - 1);
    if (data.size() != block[2] || data.size() > kMostData)
        return send(receipt(next_number_, kOtherError), {});
    if (is_information(control)) return take_information(control, data);
    return is_receipt(control) ? take_receipt(control) : take_supervision(control, data);
}

T1Card::Then T1Card::take_information(std::uint8_t control, ByteView data) {
    if (number_of(control) != next_number_) return send(receipt(next_number_, kOtherError), {});
    if (command_ended_) command_.clear();
    if (command_.size() + data.size() > kLongestCommand) return send(receipt(next_number_, kOtherError), {});
    append(command_, data);
    next_number_ ^= 1U;
    command_ended_ = (control & kMore) == 0;
    return command_ended_ ? Then::kExecute : send(receipt(next_number_, 0), {});
}

T1Card::Then T1Card::take_receipt(std::uint8_t control) {
    const bool in_answer = !last_.empty() && is_information(last_[1]);
    // Whoever asks for the number after ours has received our last part.
    if (in_answer && number_of(control) == own_number_ && !answer_.empty()) {
        send_next_part();
    } else {
        ++resends_;
    }
    return Then::kSend;
}

T1Card::Then T1Card::take_supervision(std::uint8_t control, ByteView data) {
    const std::uint8_t type = control & 0x1FU;
    if ((control & kResponse) != 0) {
        return type == kMoreTime ? Then::kGoOn : send(receipt(next_number_, kOtherError), {});
    }
    switch (type) {
        case kResynchronize:
            answer_.clear();
            command_ended_ = true;
            own_number_ = next_number_ = 0;
            break;
        case kDataSize:
            if (data.size() != 1 || data[0] == 0) return send(receipt(next_number_, kOtherError), {});
            most_ = std::min<std::size_t>(data[0], kMostData);
            break;
        case kAbort: answer_.clear(); break;
        default: return send(receipt(next_number_, kOtherError), {});
    }
    // Asked for anew, where the answer to a block was not understood.
    const Bytes before = last_;
    send(kSupervision | kResponse | type, data);
    if (last_ == before) ++resends_;
    return Then::kSend;
}

void T1Card::respond(ByteView answer) {
    answer_ = to_bytes(answer);
    send_next_part();
}

void T1Card::ask_for_time() {
    static constexpr std::uint8_t kTimes = 1;  // of what a block may take anyway
    send(kSupervision | kMoreTime, {&kTimes, 1});
}

void T1Card::send_next_part() {
    const Bytes part = to_bytes(slice(answer_, 0, most_));
    answer_.erase(answer_.begin(), answer_.begin() + std::ssize(part));
    send(information(own_number_, !answer_.empty()), part);
    own_number_ ^= 1U;
}

T1Card::Then T1Card::send(std::uint8_t control, ByteView data) {
    last_ = {0x00, control, static_cast<std::uint8_t>(data.size())};
    append(last_, data);
    last_.push_back(check(last_));
    return Then::kSend;
}

}  // namespace jpki::testing::twin
