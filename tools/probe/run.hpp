// Sends the table's commands to one card, each behind the guard and with its transaction around it, and keeps
// of the answers what the masks let through. It never waits without bound, and stops when the card or a
// counter is not what it was.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "probe/mask.hpp"
#include "waist/reader_port.hpp"

namespace jpki::probe {

// One command that was sent, or would have been.
struct Exchange {
    const Command* command = nullptr;
    bool sent = false;      // false: there was nothing selected to send it to
    bool answered = false;  // false, though sent: the reader or the card did not carry it
    card::StatusWord sw{};
    std::size_t length = 0;  // of the answer, without its status word
    std::vector<ToldValue> findings{};
    std::chrono::microseconds took{};
    // Of a command that powers_up: how long the card was away before it.
    std::optional<std::chrono::microseconds> power{};
    // Of one that was not sent because the card did not come back: why.
    std::string power_error{};

    // "9000", or what happened in its place.
    [[nodiscard]] std::string outcome() const;
    // Nothing where the length is not to be told.
    [[nodiscard]] std::optional<std::size_t> told_length() const;
    // Empty: the masks found nothing under this key.
    [[nodiscard]] std::string_view finding(std::string_view key) const;
};

struct Record {
    std::vector<Exchange> exchanges;
    // Why, after all of it, nobody can have the card; empty: it is there for everybody.
    std::string hidden;

    // The last exchange of the command with this id; one that was not sent when there is none.
    [[nodiscard]] const Exchange& of(std::string_view id) const;
};

enum class Ending : std::uint8_t {
    complete,
    foreign,        // no JPKI application
    counter_moved,  // others are at work on this card
    card_gone,      // taken out or exchanged
    interrupted,    // the user wanted it so
    failed,         // see `error`
};

struct Run {
    Record record;
    Ending ending = Ending::complete;
    Error error{Errc::internal};
};

// Who watches.
class Watcher {
  public:
    Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    virtual ~Watcher() = default;

    // Before anything of it leaves this program.
    virtual void will_send(const Command& command) = 0;
    virtual void has_answered(const Exchange& exchange) = 0;
    // Others hold the card. Called once.
    virtual void waits() = 0;
    // Asked before each command and while waiting.
    virtual bool wants_to_stop() = 0;
};

struct RetryPolicy {
    // Also the time in which a card that lost its power may get it back.
    std::chrono::milliseconds step{1000};
    std::chrono::milliseconds longest{10'000};
    // Some slots read empty for a moment after a power-down, be it pcscd's own of a card at rest.
    std::chrono::milliseconds returns{2'000};
    std::chrono::milliseconds look{50};
};

Run run(ReaderContext& context, const std::string& reader, Watcher& watcher, RetryPolicy retry = {});

}  // namespace jpki::probe
