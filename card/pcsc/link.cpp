#include "pcsc/link.hpp"

#include <array>
#include <cstdio>

#include "pcsc/reader_names.hpp"

// Each of our three modules is a file of its own, and a program may load more than one; their libpcsclite is
// the same. Of an inline variable that is exported the loader makes one for the process (STB_GNU_UNIQUE),
// whoever loaded which file how. The number belongs to its layout.
extern "C" {
[[gnu::visibility("default")]] inline constinit jpki::PerProcess<jpki::card::pcsc::Turns> jpki_pkcs11_turns_1;
}

namespace jpki::card::pcsc {

namespace {

// Room for more names than libpcsclite can have, in one call: asking for the length first would let the list
// change in between.
constexpr std::size_t kNamesSize = kMaximumReaders * kMaximumReaderName + 1;

// pcsc-lite's event counter: one up for every insertion and every removal, and for nothing else (measured
// with 1.9.9: a reset or power cycle by whomever leaves it alone).
constexpr unsigned kEventCounterShift = 16;

// These are the daily bread of a monitor and of competing programs.
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

constexpr Duration kLongestTurn = std::chrono::milliseconds(500);

}  // namespace

// libpcsclite before 2.0.1 keeps what it knows about readers in one unlocked array per process, which every
// SCardListReaders and SCardGetStatusChange of every thread rewrites. So ours take turns, and none of them
// ever waits inside (timeout 0).
Turns& turns() { return jpki_pkcs11_turns_1.get(); }

ContextsTurn::ContextsTurn(Turns& turns) noexcept : turns_(turns) {
    const Lock lock(turns_.mutex);
    for (;;) {
        const TimePoint now = std::chrono::steady_clock::now();
        mine_ = !turns_.contexts_taken;
        if (mine_) {
            turns_.contexts_taken = true;
            turns_.contexts_taken_at = now;
            return;
        }
        const TimePoint limit = turns_.contexts_taken_at + kLongestTurn;
        if (now >= limit) return;
        (void)turns_.changed.wait_until(turns_.mutex, limit);
    }
}

ContextsTurn::~ContextsTurn() {
    if (!mine_) return;
    const Lock lock(turns_.mutex);
    turns_.contexts_taken = false;
    turns_.changed.notify_all();
}

Link::Link(std::shared_ptr<Service> service)
    : service_(std::move(service)), generation_(service_->generation.load()) {}

Result<std::shared_ptr<Link>> Link::open(std::shared_ptr<Service> service) {
    if (service->functions == nullptr) return fail(Errc::service_unavailable, "there is no libpcsclite");
    auto link = std::make_shared<Link>(std::move(service));
    Status opened;
    {
        const ContextsTurn turn(link->service_->turns);
        const Connected before;
        opened = link->call("SCardEstablishContext", &Functions::SCardEstablishContext,
                            DWORD{SCARD_SCOPE_SYSTEM}, nullptr, nullptr, &link->context_);
        if (opened) keep_from_children(link->socket_ = Connected().only_new_since(before));
    }
    if (!opened) return fail(of_context(opened.error()));
    link->open_ = true;
    link->service_->last_refusal = 0;
    return link;
}

Link::~Link() {
    if (!open_) return;
    const ContextsTurn turn(service_->turns);
    (void)call("SCardReleaseContext", &Functions::SCardReleaseContext, context_);
    forget(socket_);
}

void Link::disconnect(SCARDHANDLE handle) noexcept {
    const ContextsTurn turn(service_->turns);
    (void)call("SCardDisconnect", &Functions::SCardDisconnect, handle, DWORD{SCARD_LEAVE_CARD});
}

Result<std::vector<std::string>> Link::reader_names() {
    std::vector<char> octets(kNamesSize, '\0');
    DWORD length = octets.size();
    Status listed;
    {
        const Lock turn(service_->turns.reader_states);
        listed =
            call("SCardListReaders", &Functions::SCardListReaders, context_, nullptr, octets.data(), &length);
    }
    if (!listed && listed.error().detail == number(SCARD_E_NO_READERS_AVAILABLE))
        return std::vector<std::string>{};
    if (!listed) return fail(of_context(listed.error()));
    return parse_reader_names(std::span(octets).first(std::min<std::size_t>(length, octets.size())));
}

Result<std::optional<Seen>> Link::look(const std::string& reader) noexcept {
    for (;;) {
        const std::uint64_t settled = service_->ledger.settlements();
        bool in_use = false;
        JPKI_TRY_ASSIGN(const std::optional<Look> seen, bare_look(reader, &in_use));
        if (!seen) return std::nullopt;
        const std::optional<Look> told = service_->ledger.told(reader, *seen, settled);
        if (!told) continue;  // it was a power-down of ours, which is over
        const std::uint64_t counter = std::uint64_t{told->events} << kEventCounterShift;
        const std::uint64_t present = told->card_present ? 1U : 0U;
        return Seen{.epoch = {(std::uint64_t{generation_} << 32U) | counter | present},
                    .card_present = told->card_present,
                    .in_use = in_use};
    }
}

Result<std::optional<Look>> Link::bare_look(const std::string& reader, bool* in_use) noexcept {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;  // answered at once, whatever the timeout
    Status looked;
    {
        const Lock turn(service_->turns.reader_states);
        looked = call("SCardGetStatusChange", &Functions::SCardGetStatusChange, context_, DWORD{0}, &state,
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

void Link::note(LogLevel level, const char* line) noexcept {
    if (service_->log->enabled(level)) service_->log->write(level, line);
}

Error Link::failed(CallSite site, std::uint32_t code) noexcept {
    const Error error = to_error(code, site.where);
    if (error.code == Errc::service_unavailable) {
        // Only the first of all links of one generation counts it.
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
