// The last gate before the reader: what is not on its short list is not sent, whatever the tables or a bug
// say. Every command of this program passes here, and only here.
#pragma once

#include <memory>

#include "waist/reader_port.hpp"

namespace jpki::probe {

struct OpenedApplication;

// Remembers what is selected: each application has files of its own that may be, and of the signature
// certificate's, which on some card may be readable, no more than the first four bytes are ever read.
class Guard {
  public:
    // SELECT of three applications and, in the JPKI application, of seven files; there READ BINARY and VERIFY
    // without data; in the surface-entry helper VERIFY without data of one key, which nobody has; GET DATA of
    // two objects. Nothing else: no PIN, no signature, no change, no record, no other class.
    [[nodiscard]] bool allows(ByteView apdu);
    // What came of a command that was allowed; empty: nothing.
    void answered(ByteView apdu, ByteView answer);
    // The card was reset: nothing is selected.
    void forget();

  private:
    const OpenedApplication* in_ = nullptr;
    bool personal_ = false;
};

// A Connection behind the guard. Refused commands fail with Errc::internal and never reach the other one.
class GuardedConnection final : public Connection {
  public:
    explicit GuardedConnection(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    Result<Begun> begin(TimePoint deadline) override;
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override;
    void end(Disposition disposition) noexcept override { connection_->end(disposition); }

  private:
    std::unique_ptr<Connection> connection_;
    Guard guard_;
};

}  // namespace jpki::probe
