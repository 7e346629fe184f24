// The program jpki-vcard, started as a user starts it, and a reader for it that is in the test's hands.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "test_card.hpp"
#include "virtual/descriptor.hpp"

extern char** environ;

namespace jpki::vcard::test {

inline pid_t start(std::vector<std::string> arguments, const std::string& output) {
    arguments.insert(arguments.begin(), JPKI_VCARD);
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = -1;
    EXPECT_EQ(posix_spawn(&child, JPKI_VCARD, &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

inline int wait_for(pid_t child) {
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline std::string content(const std::string& path) {
    std::ifstream file(path);
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

struct Program {
    Folder folder;
    std::string output = folder.file("output");
    int run(const std::vector<std::string>& arguments) { return wait_for(start(arguments, output)); }
    std::string said() const { return content(output); }
};

// What vpcd is to the card: a listening TCP port that sends controls and APDUs.
class FakeReader {
  public:
    explicit FakeReader(std::uint16_t port = 0)
        : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const int on = 1;
        ::setsockopt(listener_.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_.number(), 1), 0);
        socklen_t length = sizeof address;
        ::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }

    bool accept(int patience_ms = 5000) {
        pollfd waiting{.fd = listener_.number(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, patience_ms) != 1) return false;
        card_ = Descriptor(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        return static_cast<bool>(card_);
    }
    void write(std::string_view bytes) {
        const Bytes raw = hex(bytes);
        EXPECT_EQ(::send(card_.number(), raw.data(), raw.size(), MSG_NOSIGNAL), std::ssize(raw));
    }
    // One message; "gone" when the card hung up.
    std::string read() {
        Bytes length(2);
        if (::recv(card_.number(), length.data(), 2, MSG_WAITALL) != 2) return "gone";
        Bytes body(static_cast<std::size_t>(length[0]) * 256 + length[1]);
        if (::recv(card_.number(), body.data(), body.size(), MSG_WAITALL) != std::ssize(body)) return "gone";
        return to_hex(body);
    }
    void hang_up() { card_.close(); }

  private:
    Descriptor listener_;
    Descriptor card_;
    std::uint16_t port_ = 0;
};

struct RunningCard : Program {
    FakeReader reader;
    std::string image = folder.file("card.img");
    std::string control = folder.file("control");
    pid_t child = -1;

    RunningCard() {
        std::filesystem::copy_file(DEFAULT_IMAGE, image);
        begin();
        EXPECT_TRUE(reader.accept());
    }
    ~RunningCard() {
        if (child > 0) end(SIGKILL);
    }
    void begin(std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--image", image, "--port", std::to_string(reader.port()), "--control",
                                 control, "--ready-file", folder.file("ready"), "--log", folder.file("log")});
        child = start(std::move(more), folder.file("card-output"));
    }
    int end(int signal) {
        const pid_t ending = std::exchange(child, -1);
        ::kill(ending, signal);
        return wait_for(ending);
    }
    std::string ctl(const std::vector<std::string>& words, int expected = 0) {
        std::vector<std::string> arguments{"ctl", control};
        arguments.insert(arguments.end(), words.begin(), words.end());
        EXPECT_EQ(run(arguments), expected) << said();
        return said();
    }
};

inline constexpr const char* kPowerOn = "000101";
inline constexpr const char* kSelect = "000F 00A4040C0AD392F000260100000001";
inline constexpr const char* kWrong = "0009 0020009804 39393939";

}  // namespace jpki::vcard::test
