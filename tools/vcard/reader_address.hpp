// Where vpcd listens, and the one way of connecting to it. Called by the program's loop.
// It refuses what is not this machine unless told otherwise: a card with a known PIN is not for the network.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "virtual/descriptor.hpp"

namespace jpki::vcard {

struct ReaderAddress {
    sockaddr_storage bytes{};
    socklen_t length = 0;
    bool loopback = false;
};

// Nothing when the name has no address. Never asks a name server for "localhost" or a numeric address.
std::optional<ReaderAddress> find_reader(const std::string& host, std::uint16_t port);

// Begins a connection without waiting; nothing when it failed at once. Whether it worked shows when the
// socket becomes writable: see connected().
Descriptor begin_connection(const ReaderAddress& reader);
bool connected(const Descriptor& socket);

// Whether this machine has a connection to the reader besides this socket, whose end has been accepted or
// waits before ours: vpcd takes one card, and lets others wait without a word.
bool has_another_card(const ReaderAddress& reader, int socket);

}  // namespace jpki::vcard
