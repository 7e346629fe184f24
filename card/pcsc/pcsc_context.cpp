#include "pcsc/pcsc_context.hpp"

#include <array>
#include <cstdio>

#include "pcsc/reader_names.hpp"

namespace jpki::card::pcsc {

namespace {

// Room for more names than libpcsclite can have, in one call: asking for the length first would let the list
// change in between.
constexpr std::size_t kNamesSize = kMaximumReaders * kMaximumReaderName + 1;

// pcsc-lite's event counter: one up for every insertion and every removal, and for nothing else (measured
// with 1.9.9: a reset or power cycle by whomever leaves it alone).
constexpr unsigned kEventCounterShift = 16;

// Expected while polling, or competing for the reader.
bool is_routine(const Error& error) {
    // pcscd 1.9.9 says so of a reader's name, whatever the buffer; the question was only whether the card is
    // free.
    if (error.detail == number(SCARD_E_INSUFFICIENT_BUFFER)) return true;
    switch (error.code) {
        case Errc::no_card:
        case Errc::card_removed:
        case Errc::card_reset:
        case Errc::reader_busy:
        case Errc::reader_gone: return true;
        default: return false;
    }
}

// Where no card is involved, whatever fails is the way to pcscd; and a handle that it does not know can only
// be the context's.
Error of_context(Error error) {
    if (error.detail == number(SCARD_E_INVALID_HANDLE)) {
        error.code = Errc::service_unavailable;
        error.what = "pcscd does not know this context any more";
    } else if (error.code != Errc::service_unavailable && error.code != Errc::access_denied &&
               error.code != Errc::no_memory) {
        error.code = Errc::transport;
    }
    return error;
}

}  // namespace

PcscContext::PcscContext(std::shared_ptr<Service> service)
    : service_(std::move(service)), generation_(service_->generation.load()) {}

Result<std::shared_ptr<PcscContext>> PcscContext::open(std::shared_ptr<Service> service) {
    if (service->functions == nullptr) return fail(Errc::service_unavailable, "there is no libpcsclite");
    auto context = std::make_shared<PcscContext>(std::move(service));
    Status opened;
    {
        const ContextListLock lock(context->service_->locks);
        const Connected before;
        opened = context->call("SCardEstablishContext", &Functions::SCardEstablishContext,
                               DWORD{SCARD_SCOPE_SYSTEM}, nullptr, nullptr, &context->handle_);
        if (opened) keep_from_children(context->socket_ = Connected().only_new_since(before));
    }
    if (!opened) return fail(of_context(opened.error()));
    context->open_ = true;
    context->service_->last_refusal = 0;
    return context;
}

PcscContext::~PcscContext() {
    if (!open_) return;
    const ContextListLock lock(service_->locks);
    (void)call("SCardReleaseContext", &Functions::SCardReleaseContext, handle_);
    forget(socket_);
}

void PcscContext::disconnect(SCARDHANDLE handle) noexcept {
    const ContextListLock lock(service_->locks);
    (void)call("SCardDisconnect", &Functions::SCardDisconnect, handle, DWORD{SCARD_LEAVE_CARD});
}

Result<std::vector<std::string>> PcscContext::reader_names() {
    std::vector<char> bytes(kNamesSize, '\0');
    DWORD length = bytes.size();
    Status listed;
    {
        const Lock lock(service_->locks.reader_states);
        listed =
            call("SCardListReaders", &Functions::SCardListReaders, handle_, nullptr, bytes.data(), &length);
    }
    if (!listed && listed.error().detail == number(SCARD_E_NO_READERS_AVAILABLE))
        return std::vector<std::string>{};
    if (!listed) return fail(of_context(listed.error()));
    return parse_reader_names(std::span(bytes).first(std::min<std::size_t>(length, bytes.size())));
}

Result<std::vector<ReaderState>> PcscContext::readers() {
    JPKI_TRY_ASSIGN(const std::vector<std::string> names, reader_names());
    std::vector<ReaderState> readers;
    readers.reserve(names.size());
    // One by one: in one call for all, a single reader that vanished since would fail the others too.
    for (const std::string& name : names) {
        JPKI_TRY_ASSIGN(const std::optional<Seen> seen, look(name));
        if (seen) readers.push_back({name, seen->event_count, seen->card_present, seen->in_use});
    }
    return readers;
}

Result<std::optional<Seen>> PcscContext::look(const std::string& reader) noexcept {
    for (;;) {
        const std::uint64_t refreshes_before = service_->ledger.refreshes();
        bool in_use = false;
        JPKI_TRY_ASSIGN(const std::optional<Look> seen, bare_look(reader, &in_use));
        if (!seen) return std::nullopt;
        const std::optional<Look> told = service_->ledger.told(reader, *seen, refreshes_before);
        if (!told) continue;  // it was a power-down of ours, which is over
        const std::uint64_t counter = std::uint64_t{told->events} << kEventCounterShift;
        const std::uint64_t present = told->card_present ? 1U : 0U;
        return Seen{.event_count = {(std::uint64_t{generation_} << 32U) | counter | present},
                    .card_present = told->card_present,
                    .in_use = in_use};
    }
}

Result<std::optional<Look>> PcscContext::bare_look(const std::string& reader, bool* in_use) noexcept {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;  // answered at once, whatever the timeout
    Status looked;
    {
        const Lock lock(service_->locks.reader_states);
        looked = call("SCardGetStatusChange", &Functions::SCardGetStatusChange, handle_, DWORD{0}, &state,
                      DWORD{1});
    }
    if (!looked) {
        // It was unplugged since its name was asked for.
        if (looked.error().detail == number(SCARD_E_UNKNOWN_READER) ||
            looked.error().detail == number(SCARD_E_READER_UNAVAILABLE))
            return std::nullopt;
        return fail(of_context(looked.error()));
    }
    if (in_use != nullptr) *in_use = (state.dwEventState & (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)) != 0;
    // pcscd has the reader but cannot talk to it: no card as far as anybody can tell, and no counter either.
    return Look{.events = static_cast<std::uint16_t>(state.dwEventState >> kEventCounterShift),
                .card_present = (state.dwEventState & SCARD_STATE_PRESENT) != 0};
}

void PcscContext::log(LogLevel level, const char* line) noexcept {
    if (service_->log->enabled(level)) service_->log->write(level, line);
}

Error PcscContext::failed(CallSite site, std::uint32_t code) noexcept {
    const Error error = to_error(code, site.where);
    if (error.code == Errc::service_unavailable) {
        // Only the first of all contexts of one generation counts it.
        std::uint32_t seen = generation_;
        if (service_->generation.compare_exchange_strong(seen, generation_ + 1)) service_->ledger.forget();
    }
    const bool refused = error.code == Errc::service_unavailable || error.code == Errc::access_denied;
    const bool old_news = refused && service_->last_refusal.exchange(code) == code;
    const LogLevel level = old_news || is_routine(error) ? LogLevel::trace : LogLevel::warning;
    if (service_->log->enabled(level)) {
        std::array<char, 192> line{};
        (void)std::snprintf(line.data(), line.size(), "%s: 0x%08X (%s)", site.name, code, error.what);
        service_->log->write(level, line.data());
    }
    return error;
}

}  // namespace jpki::card::pcsc
