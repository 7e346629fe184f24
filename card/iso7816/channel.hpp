// One command in, one complete answer out: GET RESPONSE, 6Cxx, bounds and the redacted trace in one place.
// Used by card/profile, inside a transaction that the caller holds; it never retries a command that the card
// may have executed.
#pragma once

#include "iso7816/command.hpp"
#include "iso7816/status_word.hpp"
#include "waist/log.hpp"
#include "waist/reader_port.hpp"

namespace jpki::card {

struct Response {
    Bytes data;
    StatusWord sw;
};

class Channel {
  public:
    Channel(Connection& connection, Log& log) : connection_(&connection), log_(&log) {}

    // Errors are the transport's or malformed_answer; any status word is an answer, not an error.
    Result<Response> send(const Command& command);

    // The same, where only 9000 will do.
    Result<Bytes> require(const Command& command);

  private:
    Result<Response> exchange(const Command& command);
    void trace(const Command& command, const Response& response) const;

    Connection* connection_;
    Log* log_;
};

}  // namespace jpki::card
