// The port's Connection: one card handle, its transactions and its APDUs. Never logs what it carries,
// and never goes on with another card than the one it was made for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pcsc/pcsc_context.hpp"

namespace jpki::card::pcsc {

class PcscConnection final : public Connection {
  public:
    // As ReaderContext::connect().
    static Result<std::unique_ptr<Connection>> open(const std::shared_ptr<PcscContext>& context,
                                                    const std::string& reader, TimePoint deadline);

    // Holds no handle yet. Made before there is one, so that none is lost when memory fails.
    PcscConnection(std::shared_ptr<PcscContext> context, std::string reader);
    ~PcscConnection() override;

    Result<Begun> begin(TimePoint deadline) override;
    Result<Bytes> transmit(ByteView command, TimePoint deadline) override;
    void end(Disposition disposition) noexcept override;

  private:
    // What the next begin() owes to a card that was reset, since pcscd will not say so again: a reconnection,
    // or its power.
    enum class Owed : std::uint8_t { nothing, reconnect, power };

    // Owns `handle` from now on; `event_count` is the reader's from just before it was connected.
    void take(CardEventCount event_count, SCARDHANDLE handle, DWORD protocol) noexcept;
    // Instead of take(), where the card lies in the reader without power. Errors: as pcsc::wake().
    Status wake(CardEventCount event_count, TimePoint deadline) noexcept;
    // If it is still our card.
    Status wake_ours(TimePoint deadline) noexcept;
    // One try, which waits for nobody unless another program was quicker at the very last moment.
    Status try_begin();
    // Ends the transaction, powering the card down and up again, and sees to it that it comes up.
    void power_down() noexcept;
    // Until pcscd has counted the return of a card whose absence it has counted.
    Look wait_for_return(Look before) noexcept;
    Status end_transaction(DWORD how) noexcept;
    void give_up(const Error& error) noexcept;
    // Takes note of a reset, if it is still our card.
    Status reconnect() noexcept;
    Status same_card() noexcept;
    // The same, with time for pcscd to notice a removal, though not beyond the deadline.
    Status same_card_after_silence(TimePoint deadline) noexcept;
    // The error as a holder of a connection sees it; what ends the connection is remembered.
    Error record(Error error) noexcept;
    void disconnect() noexcept;

    std::shared_ptr<PcscContext> context_;
    std::string reader_;
    CardEventCount event_count_;
    SCARDHANDLE handle_ = 0;
    DWORD protocol_ = SCARD_PROTOCOL_UNDEFINED;
    Bytes answer_;
    bool connected_ = false;
    bool in_transaction_ = false;
    bool reset_unreported_ = false;  // until a begin() has told it
    bool untried_ = false;           // nothing was sent since others reset the card
    Owed owed_ = Owed::nothing;
    std::optional<Error> lost_;  // why this connection is of no more use
};

}  // namespace jpki::card::pcsc
