// The loop of a running jpki-vcard: one thread that serves vpcd, the control socket and the end signals.
// Called by main.cpp. It keeps the connection to vpcd up whenever the slot wants one: the card may start
// before pcscd, and pcscd may be restarted. It never looks into an APDU.
#pragma once

#include <optional>
#include <string>

#include "virtual/control_socket.hpp"
#include "virtual/reader_address.hpp"
#include "virtual/vpcd.hpp"

namespace jpki::vcard {

class Server {
  public:
    // `ready_file` is written at the first connection; empty for none.
    Server(CardSlot& slot, ReaderAddress reader, std::string ready_file);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    ControlSocket& control() { return control_; }
    // Until `quit`, SIGTERM or SIGINT. False when the final state could not be saved.
    bool run();

  private:
    using Clock = CardSlot::Clock;

    int milliseconds_to_wait(Clock::time_point now) const;
    void connect_when_due(Clock::time_point now);
    void finish_connecting();
    void serve_reader();
    void settle(VpcdEnd end);
    void disconnect();
    void announce();
    // Once, to a person who looks on; what runs in the background has --ready-file.
    void tell(const char* what);

    CardSlot& slot_;
    ReaderAddress reader_;
    std::string ready_file_;
    Descriptor signals_;
    ControlSocket control_;
    ControlState state_;
    Descriptor connecting_;
    std::optional<VpcdConnection> connection_;
    Clock::time_point next_try_{};
    const char* told_ = nullptr;
};

}  // namespace jpki::vcard
