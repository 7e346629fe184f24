// The last gate before the reader: what is not on its short list is not sent, whatever the tables or a bug
// say. Every command of this program passes here, and only here.
#pragma once

#include <memory>

#include "jpki/reader_port.hpp"

namespace jpki::probe {

// Remembers what is selected: of the signature certificate's file, which on some card may be readable, no
// more than the first four octets are ever read.
class Guard {
  public:
    // SELECT of three applications and six files; READ BINARY; VERIFY without data. Nothing else: no PIN, no
    // signature, no change, no record, no object, no other class.
    [[nodiscard]] bool allows(ByteView apdu);

  private:
    bool personal_ = false;
};

// A Connection behind the guard. Refused commands fail with Errc::internal and never reach the other one.
class GuardedConnection final : public Connection {
  public:
    explicit GuardedConnection(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    Result<Begun> begin(TimePoint deadline) override { return connection_->begin(deadline); }
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override;
    void end(Disposition disposition) noexcept override { connection_->end(disposition); }
    [[nodiscard]] ReaderFeatures features() const noexcept override { return connection_->features(); }

  private:
    std::unique_ptr<Connection> connection_;
    Guard guard_;
};

}  // namespace jpki::probe
