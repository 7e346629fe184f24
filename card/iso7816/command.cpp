#include "iso7816/command.hpp"

#include <array>

namespace jpki::card {

namespace {

std::array<std::uint8_t, 4> header_bytes(Header header) {
    return {header.cla, header.ins, header.p1, header.p2};
}

// Le 00 means 256 (ISO 7816-4 §5.1).
std::uint8_t encode_expected(std::size_t expected) {
    return static_cast<std::uint8_t>(expected % Command::kMaximumExpected);
}

}  // namespace

Command::Command(Header header) : header_(header), plain_(to_bytes(ByteView(header_bytes(header)))) {}

Command Command::case1(Header header) { return Command(header); }

Command Command::case2(Header header, std::size_t expected) {
    Command command(header);
    command.plain_.push_back(encode_expected(expected));
    command.has_expected_ = true;
    return command;
}

Command Command::case3(Header header, ByteView data) {
    Command command(header);
    const ByteView part = slice(data, 0, kMaximumData);
    command.data_length_ = part.size();
    command.plain_.reserve(command.plain_.size() + 1 + part.size());
    command.plain_.push_back(static_cast<std::uint8_t>(part.size()));
    // Not append(): GCC 14 loses count of the vector's length there and warns of an overflow.
    for (const std::uint8_t byte : part)
        command.plain_.push_back(byte);
    return command;
}

Command Command::case3_sensitive(Header header, const SecretBytes& data) {
    Command command(header);
    command.data_length_ = data.size();
    command.secret_ = SecretBytes(header_bytes(header).size() + 1 + data.size());
    command.secret_.append(header_bytes(header));
    command.secret_.push_back(static_cast<std::uint8_t>(data.size()));
    command.secret_.append(data.view());
    command.plain_.clear();
    return command;
}

Command Command::case4(Header header, ByteView data, std::size_t expected) {
    Command command = case3(header, data);
    command.plain_.push_back(encode_expected(expected));
    command.has_expected_ = true;
    return command;
}

Command Command::with_expected(std::size_t expected) const {
    Command command(header_);
    command.plain_ = plain_;
    command.plain_.back() = encode_expected(expected);
    command.data_length_ = data_length_;
    command.has_expected_ = true;
    return command;
}

}  // namespace jpki::card
