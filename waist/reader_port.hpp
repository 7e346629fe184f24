// The port towards smart-card readers. Implemented by card/pcsc over pcsc-lite and by tests/support over the
// virtual card; used by lib/reader and tools/probe. No PC/SC type crosses it, and nothing here knows what is
// on the card.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "waist/bytes.hpp"
#include "waist/clock.hpp"
#include "waist/result.hpp"

namespace jpki {

// Changes whenever a card was removed or inserted, also when both happened between two looks; not when the
// whole reader went and came back between them, which a failing connection tells. Opaque: how it is made is
// the implementation's business.
struct CardEventCount {
    std::uint64_t value = 0;
    friend bool operator==(const CardEventCount&, const CardEventCount&) = default;
};

struct ReaderState {
    std::string name;  // unique among the readers of one moment; UTF-8 as far as pcscd's is
    CardEventCount event_count;
    bool card_present = false;
    bool in_use = false;  // some program, perhaps this one, is connected to the card
};

// How a transaction ends. `leave`: the card stays as it is. `unpower`: powered down, which is a logout on
// every card.
enum class Disposition : std::uint8_t { leave, unpower };

struct Begun {
    bool was_reset =
        false;  // the card lost its state since the last transaction: nothing is selected, nobody is in
    Duration waited{};  // how long others kept us out
};

// One card in one reader, shared with other programs. Used by one thread.
class Connection {
  public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;  // leaves the card as it is

    // Starts a transaction: until end() nobody else reaches the card. A reset by others is absorbed here
    // (reconnect, try again) and reported. Errors: card_removed, no_card, reader_gone, reader_busy,
    // service_unavailable, card_mute, timed_out, transport.
    virtual Result<Begun> begin(TimePoint deadline) = 0;

    // One command APDU (header to Le, ISO 7816-4 §5.1), one response APDU (data and SW1 SW2, 2 to 65,538
    // bytes). Errors: as begin(), card_reset; malformed_answer for an answer of fewer than two bytes.
    virtual Result<Bytes> transmit(ByteView command, TimePoint deadline) = 0;

    // Ends the transaction if there is one.
    virtual void end(Disposition disposition) noexcept = 0;
};

// One client's link to the resource manager. Used by one thread at a time.
class ReaderContext {
  public:
    ReaderContext() = default;
    ReaderContext(const ReaderContext&) = delete;
    ReaderContext& operator=(const ReaderContext&) = delete;
    virtual ~ReaderContext() = default;

    // The readers of this moment; none is an empty list. Errors: service_unavailable, access_denied,
    // transport: this context is then of no more use, open another.
    virtual Result<std::vector<ReaderState>> list() = 0;

    // How long the resource manager has been running, as far as that can be told; zero where it cannot. One
    // that has only just been started lists no readers yet, which is not to say that there are none.
    [[nodiscard]] virtual Duration uptime() const noexcept = 0;

    // Errors: as Connection::begin(), access_denied.
    virtual Result<std::unique_ptr<Connection>> connect(const std::string& reader, TimePoint deadline) = 0;
};

// Thread-safe factory of contexts.
class ReaderSystem {
  public:
    ReaderSystem() = default;
    ReaderSystem(const ReaderSystem&) = delete;
    ReaderSystem& operator=(const ReaderSystem&) = delete;
    virtual ~ReaderSystem() = default;

    // Errors: service_unavailable (no pcscd), access_denied (polkit), no_memory, transport.
    virtual Result<std::unique_ptr<ReaderContext>> open() = 0;
};

}  // namespace jpki
