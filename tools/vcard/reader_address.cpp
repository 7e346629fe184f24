// See reader_address.hpp.
#include "vcard/reader_address.hpp"

#include <netdb.h>
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

namespace jpki::vcard {
namespace {

bool is_loopback(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        return (ntohl(v4.sin_addr.s_addr) >> 24U) == 127;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    return std::memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof v6.sin6_addr) == 0;
}

in_port_t port_of(const sockaddr_storage& address) {
    // Family and port stand at the same place in both structures.
    sockaddr_in start{};
    std::memcpy(&start, &address, sizeof start);
    return start.sin_port;
}

// vpcd's usual port is an ephemeral one, and a connection that is tried again and again while nobody listens
// will some day be given the very port that it calls: it then talks to itself and keeps pcscd from listening.
// So the local port is taken first, and looked at.
bool bind_elsewhere(const Descriptor& socket, const ReaderAddress& reader) {
    sockaddr_storage local{};
    local.ss_family = reader.bytes.ss_family;
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), reader.length) != 0) return false;
    socklen_t length = sizeof local;
    if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&local), &length) != 0) return false;
    return port_of(local) != port_of(reader.bytes);
}

// As /proc/net/tcp and tcp6 write it (proc_pid_net(5)): words of the address as the processor has them, port.
std::string in_proc(const sockaddr_storage& address) {
    std::array<std::uint32_t, 4> words{};
    std::size_t count = 1;
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        words[0] = v4.sin_addr.s_addr;
    } else {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        std::memcpy(words.data(), &v6.sin6_addr, sizeof words);
        count = words.size();
    }
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<char, 9> word{};
        (void)std::snprintf(word.data(), word.size(), "%08X", words.at(i));
        text += word.data();
    }
    std::array<char, 6> port{};
    (void)std::snprintf(port.data(), port.size(), ":%04X", static_cast<unsigned>(ntohs(port_of(address))));
    return text + port.data();
}

}  // namespace

std::optional<ReaderAddress> find_reader(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    const std::string name = host == "localhost" ? "127.0.0.1" : host;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return std::nullopt;
    ReaderAddress reader;
    std::memcpy(&reader.bytes, found->ai_addr, found->ai_addrlen);
    reader.length = found->ai_addrlen;
    reader.loopback = is_loopback(found->ai_addr);
    ::freeaddrinfo(found);
    return reader;
}

Descriptor begin_connection(const ReaderAddress& reader) {
    Descriptor socket(::socket(reader.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket || !bind_elsewhere(socket, reader)) return {};
    const int on = 1;
    static_cast<void>(::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    const auto* address = reinterpret_cast<const sockaddr*>(&reader.bytes);
    if (::connect(socket.number(), address, reader.length) != 0 && errno != EINPROGRESS) return {};
    return socket;
}

bool connected(const Descriptor& socket) {
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

bool has_another_card(const ReaderAddress& reader, int socket) {
    constexpr std::string_view kEstablished = "01";
    sockaddr_storage local{};
    socklen_t length = sizeof local;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &length) != 0) return false;
    const std::string theirs = in_proc(reader.bytes);
    const std::string ours = in_proc(local);
    std::ifstream table(local.ss_family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6");
    std::string row;
    std::string from;
    std::string to;
    std::string state;
    while (table >> row >> from >> to >> state) {
        if (to == theirs && from != ours && state == kEstablished) return true;
        std::getline(table, row);
    }
    return false;
}

}  // namespace jpki::vcard
