#include "serial_line.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <numeric>

namespace jpki::testing::twin {
namespace {

constexpr std::uint8_t kSync = 0x03;
constexpr std::uint8_t kAcknowledge = 0x06;
constexpr std::uint8_t kRefuse = 0x15;
constexpr std::uint8_t kSlotChange = 0x50;
constexpr std::uint8_t kCardAbsent = 0x02;
constexpr std::uint8_t kCardPresent = 0x03;
constexpr std::size_t kPrologue = 2;
constexpr std::size_t kMessageHeader = 10;
constexpr std::size_t kLongestData = 261;  // a block of T=1 has 259 at most

std::uint8_t check(ByteView bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint8_t{0}, std::bit_xor<>());
}

std::size_t data_size(ByteView message) {
    std::size_t size = 0;
    for (std::size_t i = 4; i >= 1; --i)
        size = (size << 8U) | message[i];
    return size;
}

}  // namespace

bool SerialLine::open(const std::string& link) {
    terminal_ = vcard::Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    std::array<char, 64> name{};
    if (!terminal_ || ::grantpt(terminal_.number()) != 0 || ::unlockpt(terminal_.number()) != 0 ||
        ::ptsname_r(terminal_.number(), name.data(), name.size()) != 0) {
        return false;
    }
    drivers_end_ = vcard::Descriptor(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios raw{};
    if (!drivers_end_ || ::tcgetattr(drivers_end_.number(), &raw) != 0) return false;
    ::cfmakeraw(&raw);
    if (::tcsetattr(drivers_end_.number(), TCSANOW, &raw) != 0) return false;
    ::unlink(link.c_str());
    return ::symlink(name.data(), link.c_str()) == 0;
}

void SerialLine::serve(Reader& reader) {
    while (fill())
        take_frames(reader);
}

bool SerialLine::fill() {
    std::array<std::uint8_t, 1024> chunk{};
    const ssize_t count = ::read(terminal_.number(), chunk.data(), chunk.size());
    if (count < 0) return errno == EINTR;
    append(buffer_, ByteView(chunk).first(static_cast<std::size_t>(count)));
    return count > 0;
}

void SerialLine::take_frames(Reader& reader) {
    while (buffer_.size() >= kPrologue + kMessageHeader + 1) {
        const std::size_t data = data_size(ByteView(buffer_).subspan(kPrologue));
        const bool frame = buffer_[0] == kSync && buffer_[1] == kAcknowledge && data <= kLongestData;
        const std::size_t size = kPrologue + kMessageHeader + data + 1;
        if (frame && buffer_.size() < size) return;
        if (!frame || check(ByteView(buffer_).first(size)) != 0) {
            buffer_.clear();
            send(Bytes{kSync, kRefuse, kSync ^ kRefuse});
            return;
        }
        const Bytes whole(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
        send(whole);
        Bytes out{kSync, kAcknowledge};
        append(out, reader.answer(slice(whole, kPrologue, kMessageHeader + data)));
        out.push_back(check(out));
        if (const auto present = reader.slot_change())
            send(Bytes{kSlotChange, *present ? kCardPresent : kCardAbsent});
        send(out);
    }
}

void SerialLine::send(ByteView bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::write(terminal_.number(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

}  // namespace jpki::testing::twin
