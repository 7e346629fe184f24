// The virtual card behind the ReaderSystem port, in this process: the double at the far end of the wire for
// contract tests. Behaves like pcscd towards several clients (transactions exclude, resets are reported,
// removal is final for a connection); a test's hand plugs, pulls, resets and counts.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "virtual/card.hpp"
#include "waist/reader_port.hpp"

namespace jpki::testing {

class VirtualReaders {
  public:
    VirtualReaders();

    // --- the test's hand. Reader names as pcscd gives them; `Virtual PCD 00 00` is there from the start,
    // empty.
    void plug_in(const std::string& reader);
    void unplug(const std::string& reader);
    void insert(std::shared_ptr<vcard::Card> card, const std::string& reader = kFirst);
    void remove(const std::string& reader = kFirst);
    void stop_service(bool stopped);
    // It tells contexts that it has been running for so long; an hour, until this is said.
    void start_service(Duration uptime);
    // Whoever opens a context waits until this is over.
    void silence_service(bool silent);
    // A second client's deeds: it waits for the transaction like everybody, and ends its own without a reset.
    std::vector<Bytes> as_other_client(const std::vector<Bytes>& commands,
                                       const std::string& reader = kFirst);
    void reset_by_other_client(const std::string& reader = kFirst);
    // Another client takes the transaction and keeps it until released.
    void hold(bool held, const std::string& reader = kFirst);
    // For looking at a card, or changing it, while the module may be using it.
    void locked(const std::function<void()>& body);
    // Called on the worker's thread before each command reaches the card, without locks.
    void before_command(std::function<void(ByteView)> hook);
    // The same after the card has answered. Either may say how the transmission fails instead.
    using Fate = std::function<std::optional<Errc>(ByteView)>;
    void on_command(Fate before, Fate after);
    // The command is answered with this status word instead, executed or not.
    using Word = std::function<std::optional<std::uint16_t>(ByteView)>;
    void answer_instead(Word word, bool executed = false);
    // The card lost its state, and nobody asked who is in a transaction: a reset of the bus.
    void reset_unasked(const std::string& reader = kFirst);

    // --- what happened
    [[nodiscard]] std::size_t commands_seen() const;
    [[nodiscard]] bool has_card(const std::string& reader = kFirst) const;
    [[nodiscard]] int contexts_open() const;
    [[nodiscard]] int connections_open() const;

    // --- the port
    [[nodiscard]] std::unique_ptr<ReaderSystem> system();

    static constexpr const char* kFirst = "Virtual PCD 00 00";

    struct Shared;  // for the implementation

  private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace jpki::testing
