// vpcd's protocol over a socketpair: framing, controls, and what a mute card does.
#include "vcard/vpcd.hpp"

#include <sys/socket.h>

#include <array>

#include "test_card.hpp"

namespace jpki::vcard::test {
namespace {

// The reader's end in the test's hands, the card's end in VpcdConnection's.
struct Wire {
    Wire() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        reader = Descriptor(ends[0]);
        connection.emplace(Descriptor(ends[1]));
    }
    void write(std::string_view bytes) {
        const Bytes raw = hex(bytes);
        EXPECT_EQ(::send(reader.number(), raw.data(), raw.size(), 0), std::ssize(raw));
    }
    VpcdEnd serve() { return connection->on_readable(card); }
    // Everything that has come back, in hexadecimal.
    std::string read() {
        Bytes chunk(70000);
        const ssize_t count = ::recv(reader.number(), chunk.data(), chunk.size(), MSG_DONTWAIT);
        return count <= 0 ? "" : to_hex(ByteView(chunk).first(static_cast<std::size_t>(count)));
    }

    Card card{default_image()};
    Descriptor reader;
    std::optional<VpcdConnection> connection;
};

TEST(VpcdFrame, IsLengthThenMessage) {
    EXPECT_EQ(vpcd_frame(hex("9000")), hex("0002 9000"));
    EXPECT_EQ(to_hex(slice(vpcd_frame(Bytes(258)), 0, 2)), "0102");
}

TEST(VpcdReader, PutsPiecesTogetherAndTakesSeveralApart) {
    VpcdReader reader;
    const Bytes stream = hex("000104 0005 00A4000000 0000 000101");
    std::vector<Bytes> messages;
    for (const std::uint8_t byte : stream) {
        reader.feed(Bytes{byte});
        while (const auto message = reader.next())
            messages.push_back(*message);
    }
    EXPECT_EQ(messages, (std::vector<Bytes>{hex("04"), hex("00A4000000"), {}, hex("01")}));
    reader.feed(stream);
    EXPECT_EQ(reader.next(), hex("04"));
    EXPECT_EQ(reader.next(), hex("00A4000000"));
}

TEST(Vpcd, AnswersTheAtr) {
    Wire wire;
    wire.write("000104");
    EXPECT_EQ(wire.serve(), VpcdEnd::kGoesOn);
    EXPECT_EQ(wire.read(), "000D" + to_hex(wire.card.atr()));
}

TEST(Vpcd, PowerAndResetHaveNoAnswer) {
    Wire wire;
    wire.write("000101");
    wire.serve();
    EXPECT_TRUE(wire.card.powered());
    wire.write("000102");
    wire.serve();
    EXPECT_EQ(wire.card.oracle().resets, 1U);
    wire.write("000100");
    wire.serve();
    EXPECT_FALSE(wire.card.powered());
    wire.write("000177");
    EXPECT_EQ(wire.serve(), VpcdEnd::kGoesOn) << "unknown controls are ignored";
    EXPECT_EQ(wire.read(), "");
}

TEST(Vpcd, AnswersApdusAlsoWhenLengthAndBodyComeApart) {
    Wire wire;
    wire.write("000101 000F 00A4040C0A");
    wire.serve();
    EXPECT_EQ(wire.read(), "");
    wire.write("D392F000260100000001 00");
    wire.serve();
    EXPECT_EQ(wire.read(), "00029000");
    wire.write("05 00B0860004");
    wire.serve();
    EXPECT_EQ(wire.read(), "00064A504B499000");
}

TEST(Vpcd, AMuteCardHangsUpAndSendsNothing) {
    Wire wire;
    wire.card.on_fault_before([](std::size_t, ByteView) { return Bytes{}; });
    wire.write("000101 0005 0084000008");
    EXPECT_EQ(wire.serve(), VpcdEnd::kCardMute);
    EXPECT_EQ(wire.read(), "");
}

TEST(Vpcd, AnOffCardIsMute) {
    Wire wire;
    wire.write("0005 0084000008");
    EXPECT_EQ(wire.serve(), VpcdEnd::kCardMute);
}

TEST(Vpcd, NoticesThatTheReaderIsGone) {
    Wire wire;
    wire.reader.close();
    EXPECT_EQ(wire.serve(), VpcdEnd::kPeerLeft);
}

TEST(Vpcd, EmptyMessagesAreAnsweredLikeBrokenCommands) {
    Wire wire;
    wire.write("000101 0000");
    EXPECT_EQ(wire.serve(), VpcdEnd::kGoesOn);
    EXPECT_EQ(wire.read(), "00026700");
}

}  // namespace
}  // namespace jpki::vcard::test
