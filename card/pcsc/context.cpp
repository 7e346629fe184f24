#include "pcsc/context.hpp"

#include "pcsc/connection.hpp"
#include "pcsc/patience.hpp"
#include "pcsc/reader_names.hpp"
#include "pcsc/wake.hpp"

namespace jpki::card::pcsc {

Result<std::vector<ReaderState>> Context::list() {
    JPKI_TRY_ASSIGN(const std::vector<std::string> names, link_->reader_names());
    std::vector<ReaderState> readers;
    readers.reserve(names.size());
    // One by one: in one call for all, a single reader that vanished since would fail the others too.
    for (const std::string& name : names) {
        JPKI_TRY_ASSIGN(const std::optional<Seen> seen, link_->look(name));
        if (seen) readers.push_back({name, seen->epoch, seen->card_present, seen->in_use});
    }
    return readers;
}

Result<std::unique_ptr<Connection>> Context::connect(const std::string& reader, TimePoint deadline) {
    // libpcsclite 1.9.9 finds the empty name in every unused place of its array.
    if (reader.empty() || reader.size() >= kMaximumReaderName || reader.find('\0') != std::string::npos)
        return fail(Errc::reader_gone, "no reader can have this name");
    auto connection = std::make_unique<PcscConnection>(link_, reader);
    Patience patience(deadline);
    for (;;) {
        // Before the connection, so that a card swapped in between is taken for another one, not missed. It
        // also saves a wait: SCardConnect looks for a card only when it has the reader for itself.
        JPKI_TRY_ASSIGN(const std::optional<Seen> seen, link_->look(reader));
        if (!seen) return fail(Errc::reader_gone, "no reader of this name");
        if (!seen->card_present) return fail(Errc::no_card, "no card in the reader");

        SCARDHANDLE handle = 0;
        DWORD protocol = SCARD_PROTOCOL_UNDEFINED;
        const Status connected =
            link_->call("SCardConnect", &Functions::SCardConnect, link_->context(), reader.c_str(),
                        DWORD{SCARD_SHARE_SHARED}, DWORD{SCARD_PROTOCOL_ANY}, &handle, &protocol);
        if (connected) {
            connection->take(seen->epoch, handle, protocol);
            return connection;
        }
        // Busy: somebody has the reader exclusively (gpg's scdaemon likes to). Without power, though not in
        // the midst of somebody's reset: nobody but us will give it any.
        const Status passing = patience.after(connected.error());
        if (passing) continue;
        if (!is_without_power(passing.error())) return fail(passing.error());
        JPKI_TRY(connection->wake(seen->epoch, deadline));
        return connection;
    }
}

}  // namespace jpki::card::pcsc
