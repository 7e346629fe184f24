// The loop of a running jpki-vcard: one thread that serves vpcd, the control socket and the end signals.
// Called by main.cpp. It keeps the connection to vpcd up whenever the slot wants one: the card may start
// before pcscd, and pcscd may be restarted. It never looks into an APDU, and prints nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "vcard/control_socket.hpp"
#include "vcard/reader_address.hpp"
#include "vcard/vpcd.hpp"

namespace jpki::vcard {

// What whoever has started the card would like to know.
enum class News : std::uint8_t { kWaiting, kInReader };
enum class ServerEnd : std::uint8_t { kDone, kNotSaved, kTaken };

class Server {
  public:
    // `ready_file` is written at the first connection; empty for none. `tell` is called when something is
    // new.
    Server(CardSlot& slot, ReaderAddress reader, std::string ready_file, std::function<void(News)> tell);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    ControlSocket& control() { return control_; }
    // Until `quit`, SIGTERM or SIGINT, or until another card turns out to be in the reader and has been there
    // first.
    ServerEnd run();

  private:
    using Clock = CardSlot::Clock;

    int milliseconds_to_wait(Clock::time_point now) const;
    bool is_taken(Clock::time_point now);
    void connect_when_due(Clock::time_point now);
    void finish_connecting();
    void serve_reader();
    void handle(VpcdEnd end);
    void disconnect();
    void announce();
    void tell(News news);

    CardSlot& slot_;
    ReaderAddress reader_;
    std::string ready_file_;
    Descriptor signals_;
    ControlSocket control_;
    ControlState state_;
    Descriptor connecting_;
    std::optional<VpcdConnection> connection_;
    Clock::time_point next_try_{};
    // From when on nobody has asked for the card, though something listens; until it is asked once.
    std::optional<Clock::time_point> unasked_since_;
    bool asked_ = false;
    std::function<void(News)> tell_;
    std::optional<News> told_;
};

}  // namespace jpki::vcard
