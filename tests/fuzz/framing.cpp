// Any bytes, cut anywhere, as what vpcd sends to the virtual card: cutting changes nothing, every message
// has the answer that its kind has, and answers are whole frames.
#include <sys/socket.h>

#include <array>

#include "harness.hpp"
#include "vcard/vpcd.hpp"
#include "virtual/card.hpp"
#include "virtual/image/image_file.hpp"

namespace {

using namespace jpki;
using fuzz::require;

std::vector<Bytes> messages_in(ByteView stream, std::size_t step) {
    vcard::VpcdReader reader;
    std::vector<Bytes> messages;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        reader.feed(slice(stream, at, step));
        while (auto message = reader.next())
            messages.push_back(std::move(*message));
    }
    return messages;
}

class Wire {
  public:
    Wire() {
        std::array<int, 2> ends{};
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there are sockets");
        reader_ = vcard::Descriptor(ends[0]);
        connection_.emplace(vcard::Descriptor(ends[1]));
    }

    vcard::VpcdEnd serve(ByteView part) {
        require(::send(reader_.number(), part.data(), part.size(), 0) == std::ssize(part),
                "it fits the socket");
        const auto end = connection_->on_readable(card_);
        std::array<std::uint8_t, 4096> chunk{};
        ssize_t count = 0;
        while ((count = ::recv(reader_.number(), chunk.data(), chunk.size(), MSG_DONTWAIT)) > 0)
            append(answers_, ByteView(chunk).first(static_cast<std::size_t>(count)));
        return end;
    }
    [[nodiscard]] const Bytes& answers() const { return answers_; }

  private:
    static const vcard::Image& image() {
        static const vcard::Image loaded = vcard::load_image(JPKI_DEFAULT_IMAGE);
        return loaded;
    }

    vcard::Card card_{image()};
    vcard::Descriptor reader_;
    std::optional<vcard::VpcdConnection> connection_;
    Bytes answers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t step = data[0] + 1U;
    const ByteView stream(data + 1, size - 1);
    const std::vector<Bytes> messages = messages_in(stream, stream.size());
    require(messages == messages_in(stream, step), "a message is the same however it arrives");

    constexpr std::uint8_t kGetAtr = 4;
    std::size_t expected = 0;
    for (const Bytes& message : messages)
        if (message.size() != 1 || message[0] == kGetAtr) ++expected;
    Wire wire;
    auto end = vcard::VpcdEnd::kGoesOn;
    for (std::size_t at = 0; at < stream.size() && end == vcard::VpcdEnd::kGoesOn; at += step)
        end = wire.serve(slice(stream, at, step));
    const std::vector<Bytes> answers = messages_in(wire.answers(), wire.answers().size() + 1);
    std::size_t bytes = 0;
    for (const Bytes& answer : answers)
        bytes += answer.size() + 2;
    require(bytes == wire.answers().size(), "nothing but whole frames comes back");
    require(end != vcard::VpcdEnd::kGoesOn || answers.size() == expected, "an answer to each that wants one",
            answers.size());
    return 0;
}
