#include "pcsc/connection.hpp"

#include <reader.h>
#include <cstring>

#include <algorithm>
#include <array>
#include <thread>

#include "pcsc/reader_names.hpp"
#include "pcsc/retry_policy.hpp"
#include "pcsc/wake.hpp"

namespace jpki::card::pcsc {

namespace {

// Always the largest that pcsc-lite allows (65,548 bytes): when an answer does not fit, pcscd says so after
// the card has executed the command, and the answer is gone.
constexpr std::size_t kAnswerSize = MAX_BUFFER_SIZE_EXTENDED;

// pcscd looks for a card every 400 ms (PCSCLITE_STATUS_POLL_RATE), so a command may fail of its removal well
// before pcscd can tell of that.
constexpr Duration kPcscdNotices = std::chrono::milliseconds(600);
constexpr Duration kLookAgain = std::chrono::milliseconds(20);
// How long a power-down may take until the card has its power back.
constexpr Duration kPowerReturns = std::chrono::milliseconds(800);

TimePoint now() { return std::chrono::steady_clock::now(); }

bool ends_connection(Errc code) {
    return code == Errc::card_removed || code == Errc::reader_gone || code == Errc::service_unavailable ||
           code == Errc::access_denied;
}

}  // namespace

PcscConnection::PcscConnection(std::shared_ptr<PcscContext> context, std::string reader)
    : context_(std::move(context)), reader_(std::move(reader)), answer_(kAnswerSize) {
    context_->ledger().know(reader_);
}

Result<std::unique_ptr<Connection>> PcscConnection::open(const std::shared_ptr<PcscContext>& context,
                                                         const std::string& reader, TimePoint deadline) {
    // libpcsclite 1.9.9 finds the empty name in every unused place of its array.
    if (reader.empty() || reader.size() >= kMaximumReaderName || reader.find('\0') != std::string::npos)
        return fail(Errc::reader_gone, "no reader can have this name");
    auto connection = std::make_unique<PcscConnection>(context, reader);
    RetryPolicy retry(deadline);
    for (;;) {
        // Before the connection, so that a card swapped in between is taken for another one, not missed. It
        // also saves a wait: SCardConnect looks for a card only when it has the reader for itself.
        JPKI_TRY_ASSIGN(const std::optional<Seen> seen, context->look(reader));
        if (!seen) return fail(Errc::reader_gone, "no reader of this name");
        if (!seen->card_present) return fail(Errc::no_card, "no card in the reader");

        SCARDHANDLE handle = 0;
        DWORD protocol = SCARD_PROTOCOL_UNDEFINED;
        const Status connected =
            context->call("SCardConnect", &Functions::SCardConnect, context->handle(), reader.c_str(),
                          DWORD{SCARD_SHARE_SHARED}, DWORD{SCARD_PROTOCOL_ANY}, &handle, &protocol);
        if (connected) {
            connection->take(seen->event_count, handle, protocol);
            return connection;
        }
        // Busy: somebody has the reader exclusively (gpg's scdaemon likes to). Without power, though not in
        // the midst of somebody's reset: nobody but us will give it any.
        const Status passing = retry.after(connected.error());
        if (passing) continue;
        if (!is_without_power(passing.error())) return fail(passing.error());
        JPKI_TRY(connection->wake(seen->event_count, deadline));
        return connection;
    }
}

void PcscConnection::take(CardEventCount event_count, SCARDHANDLE handle, DWORD protocol) noexcept {
    event_count_ = event_count;
    handle_ = handle;
    protocol_ = protocol;
    connected_ = true;
}

Status PcscConnection::wake(CardEventCount event_count, TimePoint deadline) noexcept {
    disconnect();
    JPKI_TRY_ASSIGN(const Woken woken, pcsc::wake(*context_, reader_, deadline));
    take(event_count, woken.handle, woken.protocol);
    owed_ = Owed::nothing;
    reset_unreported_ = true;
    context_->log(LogLevel::warning, "the card had lost its power and has been powered up again");
    return {};
}

Status PcscConnection::wake_ours(TimePoint deadline) noexcept {
    JPKI_TRY(same_card());
    return wake(event_count_, deadline);
}

PcscConnection::~PcscConnection() {
    end(Disposition::leave);
    disconnect();
}

Result<Begun> PcscConnection::begin(TimePoint deadline) {
    if (lost_) return fail(*lost_);
    if (in_transaction_) return fail(Errc::internal, "begin inside a transaction");
    RetryPolicy retry(deadline);
    for (bool woken = false;;) {
        const TimePoint started = now();
        Status tried = try_begin();
        if (tried) {
            in_transaction_ = true;
            const bool was_reset = std::exchange(reset_unreported_, false);
            untried_ = was_reset && !woken;
            return Begun{.was_reset = was_reset, .waited = retry.waited() + (now() - started)};
        }
        if (failed_with(tried, Errc::card_reset)) {
            reset_unreported_ = true;
            const Error reset = tried.error();
            if (owed_ == Owed::power) {
                owed_ = Owed::reconnect;  // should this fail
                woken = true;
                tried = wake_ours(deadline);
            } else {
                tried = reconnect();
            }
            if (tried) {
                JPKI_TRY(retry.count_reset(reset));
                continue;
            }
        }
        // By another program's reset, or a power-down of ours that this reader took badly.
        if (!woken && is_without_power(tried.error())) {
            woken = true;
            tried = wake_ours(deadline);
            if (tried) continue;
            return fail(record(tried.error()));
        }
        if (const Status passing = retry.after(tried.error()); !passing) return fail(record(passing.error()));
    }
}

Status PcscConnection::try_begin() {
    if (owed_ != Owed::nothing)
        return fail(Errc::card_reset, "the card was reset inside the last transaction");
    // SCardBeginTransaction of pcsc-lite repeats itself in steps of 200 ms for as long as others hold the
    // card, without limit and deaf to SCardCancel. Asking for the reader's name meets the same checks (pcscd:
    // sharing first, then events) and comes back at once, so that waiting is ours: bounded, shorter steps.
    std::array<BYTE, MAX_BUFFER_SIZE> name{};
    DWORD length = name.size();
    const Status asked = context_->call("SCardGetAttrib", &Functions::SCardGetAttrib, handle_,
                                        DWORD{SCARD_ATTR_DEVICE_FRIENDLY_NAME}, name.data(), &length);
    // A driver's opinion about names (unsupported, failed) is none of our business.
    if (!asked && asked.error().code != Errc::transport && asked.error().code != Errc::card_mute)
        return asked;
    return context_->call("SCardBeginTransaction", &Functions::SCardBeginTransaction, handle_);
}

Status PcscConnection::reconnect() noexcept {
    // pcscd keeps one event per handle, and a reset after a swap hides the removal: only the counter still
    // shows it. To reconnect then would be to go on with a card nobody asked for.
    JPKI_TRY(same_card());
    JPKI_TRY(context_->call("SCardReconnect", &Functions::SCardReconnect, handle_, DWORD{SCARD_SHARE_SHARED},
                            DWORD{SCARD_PROTOCOL_ANY}, DWORD{SCARD_LEAVE_CARD}, &protocol_));
    if (owed_ == Owed::reconnect) owed_ = Owed::nothing;
    return {};
}

Status PcscConnection::same_card() noexcept {
    JPKI_TRY_ASSIGN(const std::optional<Seen> seen, context_->look(reader_));
    if (!seen) return fail(Errc::reader_gone, "the reader is gone");
    if (seen->event_count != event_count_)
        return fail(Errc::card_removed, "another card may have taken this one's place");
    return {};
}

Status PcscConnection::same_card_after_silence(TimePoint deadline) noexcept {
    const TimePoint until = std::min(deadline, now() + kPcscdNotices);
    for (;;) {
        JPKI_TRY(same_card());
        if (now() >= until) return {};
        std::this_thread::sleep_for(kLookAgain);
    }
}

Result<Bytes> PcscConnection::transmit(ByteView command, TimePoint deadline) {
    if (lost_) return fail(*lost_);
    if (!in_transaction_) return fail(Errc::internal, "transmit outside a transaction");
    if (now() >= deadline) return fail(Errc::abandoned, "the deadline passed before the command was sent");

    DWORD length = answer_.size();
    const SCARD_IO_REQUEST protocol{
        .dwProtocol = protocol_ == SCARD_PROTOCOL_T0 ? DWORD{SCARD_PROTOCOL_T0} : DWORD{SCARD_PROTOCOL_T1},
        .cbPciLength = sizeof(SCARD_IO_REQUEST)};
    const Status sent =
        context_->call("SCardTransmit", &Functions::SCardTransmit, handle_, &protocol, command.data(),
                       DWORD{command.size()}, nullptr, answer_.data(), &length);
    const bool first = std::exchange(untried_, false);
    if (!sent && first && is_without_power(sent.error())) {
        // Another program has disconnected with SCARD_UNPOWER_CARD: pcscd tells of a reset, lets everybody
        // connect anew, and leaves the card without power.
        owed_ = Owed::power;
        return fail(record({Errc::card_reset, sent.error().detail, "another program left the card silent"}));
    }
    if (!sent && sent.error().detail == number(SCARD_E_PROTO_MISMATCH)) {
        // When a program is killed inside its transaction, pcscd (1.9.9) unlocks first, then tells of the
        // reset, then resets: whoever was told and began in between has the card reset under its hands,
        // without a word but this. Only the protocol, unset by the reset, gives it away (measured: once in
        // 500 kills).
        owed_ = Owed::reconnect;
        return fail(
            record({Errc::card_reset, sent.error().detail, "the card was reset inside our transaction"}));
    }
    if (!sent && sent.error().detail == number(SCARD_E_INSUFFICIENT_BUFFER))
        return fail(Errc::malformed_answer, "an answer longer than any can be", sent.error().detail);
    if (!sent && !failed_with(sent, Errc::card_mute)) return fail(record(sent.error()));
    // Silence, which some drivers report as an answer of nothing: a mute card, or one pulled out in
    // mid-command?
    if (!sent || length < 2) {
        if (const Status same = same_card_after_silence(deadline); !same) return fail(record(same.error()));
        if (!sent) return fail(record(sent.error()));
        return fail(Errc::malformed_answer, "an answer without a status word");
    }
    if (length > answer_.size()) return fail(Errc::malformed_answer, "an answer longer than its buffer");
    Bytes answer(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(length));
    // It may hold a certificate with somebody's address: no second copy stays behind.
    ::explicit_bzero(answer_.data(), length);
    return answer;
}

void PcscConnection::end(Disposition disposition) noexcept {
    if (!std::exchange(in_transaction_, false)) return;
    if (disposition == Disposition::unpower) return power_down();
    if (const Status ended = end_transaction(SCARD_LEAVE_CARD); !ended) give_up(ended.error());
}

Status PcscConnection::end_transaction(DWORD how) noexcept {
    Status ended = context_->call("SCardEndTransaction", &Functions::SCardEndTransaction, handle_, how);
    if (!failed_with(ended, Errc::card_reset)) return ended;
    // pcscd looks at events before it looks at the lock, so the reader is still ours until it has ended well.
    reset_unreported_ = true;
    JPKI_TRY(reconnect());
    return context_->call("SCardEndTransaction", &Functions::SCardEndTransaction, handle_, how);
}

void PcscConnection::power_down() noexcept {
    const auto before = context_->bare_look(reader_);
    const bool ours = before && *before && same_card();
    if (ours) context_->ledger().hold(reader_, **before);
    const Status ended = end_transaction(SCARD_UNPOWER_CARD);
    // The card is there but did not come up again, or the slot reads empty for a moment.
    const bool may_wake = !ended && ours &&
                          (is_without_power(ended.error()) || ended.error().code == Errc::no_card ||
                           ended.error().code == Errc::card_removed);
    const Status up = may_wake ? wake(event_count_, now() + kPowerReturns) : ended;
    if (!up) give_up(up.error());
    if (!ours) return;
    const Look after = ended ? **before : wait_for_return(**before);
    context_->ledger().refresh(reader_, after);
    if (after == **before) return;
    // Upon its return pcscd has powered the card up once more, and unset the protocol under our hands. Our
    // connection does not count with it any more, either: 400 ms later it would cut the power as of a card
    // that nobody uses, which is another removal.
    owed_ = Owed::reconnect;
    if (after.card_present) (void)wake(event_count_, now() + kPowerReturns);
}

Look PcscConnection::wait_for_return(Look before) noexcept {
    const TimePoint until = now() + kPcscdNotices;
    for (;;) {
        std::this_thread::sleep_for(kLookAgain);  // also for what pcscd saw just before, and counts just now
        const auto seen = context_->bare_look(reader_);
        if (!seen || !*seen) return {};
        // Removals and insertions take turns: after an even number of them everything is as before.
        const bool returned = (**seen).card_present && ((**seen).events - before.events) % 2 == 0;
        if (returned || now() >= until) return **seen;
    }
}

// pcscd has unlocked by itself when the card left (measured with 1.9.9); for whatever else there is, giving
// the handle up frees the reader for others in any case.
void PcscConnection::give_up(const Error& failure) noexcept {
    const Error error = record(failure);
    if (!lost_ && error.code == Errc::card_mute) lost_ = error;
    if (!lost_) lost_ = Error{Errc::reader_gone, error.detail, "the connection had to be given up"};
    disconnect();
}

Error PcscConnection::record(Error error) noexcept {
    if (error.code == Errc::card_reset) reset_unreported_ = true;
    if (error.code == Errc::no_card) error.code = Errc::card_removed;  // there was one
    if (ends_connection(error.code)) lost_ = error;
    return error;
}

void PcscConnection::disconnect() noexcept {
    if (std::exchange(connected_, false)) context_->disconnect(handle_);
}

}  // namespace jpki::card::pcsc
