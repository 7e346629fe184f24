// One command in, one complete answer out: GET RESPONSE, 6Cxx, bounds and the redacted trace in one place.
// Used by card/profile, inside a transaction that the caller holds; it never retries a command that the card
// may have executed, and sends none for a job that nobody waits for.
#pragma once

#include "iso7816/command.hpp"
#include "iso7816/status_word.hpp"
#include "waist/executor.hpp"
#include "waist/log.hpp"
#include "waist/reader_port.hpp"

namespace jpki::card {

struct Response {
    Bytes data;
    StatusWord sw;
};

class Channel {
  public:
    explicit Channel(Log& log) : log_(&log) {}

    // Where commands go from now on, and for whom.
    void serve(Connection& connection, const Waiter& waiter) noexcept {
        connection_ = &connection;
        waiter_ = waiter;
        irreversible_ = false;
    }
    // For the logout: from now on commands leave whoever waits, until `deadline`.
    void leave_by(TimePoint deadline) noexcept { waiter_ = {.deadline = deadline}; }

    // Errors are the transport's or malformed_answer; any status word is an answer, not an error.
    Result<Response> send(const Command& command);

    // The same for what must not be sent a second time, and remembered until the next serve().
    Result<Response> send_once(const Command& command);
    [[nodiscard]] bool sent_irreversible() const noexcept { return irreversible_; }

    // As send(), where only 9000 will do.
    Result<Bytes> require(const Command& command);

  private:
    Result<Response> exchange(const Command& command);
    void trace(const Command& command, const Response& response) const;

    Connection* connection_ = nullptr;  // none before serve()
    Waiter waiter_;
    bool irreversible_ = false;
    Log* log_;
};

}  // namespace jpki::card
