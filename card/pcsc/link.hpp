// One PC/SC context and the one place through which every SCard* call of this room goes, so that each is
// checked and a failure names its call. Used by context.cpp and connection.cpp only; knows no transaction and
// no APDU.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "pcsc/functions.hpp"
#include "pcsc/pcsc_error.hpp"
#include "pcsc/power_ledger.hpp"
#include "pcsc/sockets.hpp"
#include "waist/log.hpp"
#include "waist/per_process.hpp"
#include "waist/reader_port.hpp"
#include "waist/sync.hpp"

namespace jpki::card::pcsc {

constexpr std::uint32_t number(LONG code) { return static_cast<std::uint32_t>(code); }

// What libpcsclite does not lock, or not always, so that our threads take turns; one for a process, and for
// all modules of ours in it.
struct Turns {
    // Its array of reader states.
    Mutex reader_states;

    // Its list of contexts.
    Mutex mutex;
    Condition changed;
    bool contexts_taken JPKI_GUARDED_BY(mutex) = false;
    TimePoint contexts_taken_at JPKI_GUARDED_BY(mutex){};
};
// Made by the first call in this process.
Turns& turns();

// SCardDisconnect of libpcsclite 1.9.9 walks the list of contexts a second time without the lock, and into
// one that another thread's SCardReleaseContext frees (seen: SIGSEGV in C_Finalize). So these two and
// SCardEstablishContext take turns. Whoever has had a turn for very long is not at the list but waits for
// pcscd: then the next goes on.
class ContextsTurn {
  public:
    explicit ContextsTurn(Turns& turns) noexcept;
    ~ContextsTurn();
    ContextsTurn(const ContextsTurn&) = delete;
    ContextsTurn& operator=(const ContextsTurn&) = delete;

  private:
    Turns& turns_;
    bool mine_ = false;
};

// What all contexts of one ReaderSystem share.
struct Service {
    Service(Log& to, const Functions* by) : log(&to), functions(by) {}

    Log* log;
    const Functions* functions;  // null: there is no way to pcscd
    Turns& turns = pcsc::turns();
    // Counts the deaths of pcscd that we noticed: a new one starts its event counters anew, and an epoch must
    // not come back with another card.
    std::atomic<std::uint32_t> generation{0};
    // The last code for which pcscd could not be reached, so that a monitor that tries again every second
    // does not say so every second.
    std::atomic<std::uint32_t> last_refusal{0};
    PowerLedger ledger;
};

// The name of an SCard* function and where it was called.
struct CallSite {
    // Implicit: a call gives the name, the compiler the place.
    CallSite(const char* call,  // NOLINT(google-explicit-constructor): see above
             std::source_location here = std::source_location::current())
        : name(call), where(here) {}

    const char* name;
    std::source_location where;
};

struct Seen {
    PresenceEpoch epoch;
    bool card_present;
    bool in_use;  // by whomever
};

class Link {
  public:
    static Result<std::shared_ptr<Link>> open(std::shared_ptr<Service> service);
    explicit Link(std::shared_ptr<Service> service);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    template <class Function, class... Arguments>
    Status call(CallSite site, Function Functions::*function, Arguments... arguments) noexcept {
        const std::uint32_t code = number((service_->functions->*function)(arguments...));
        if (code == number(SCARD_S_SUCCESS)) return {};
        return fail(failed(site, code));
    }

    void disconnect(SCARDHANDLE handle) noexcept;

    // Names of the readers of this moment.
    Result<std::vector<std::string>> reader_names();
    // One reader; nothing when it is gone. Never waits for a change, never allocates. A power-down of ours is
    // no removal here.
    Result<std::optional<Seen>> look(const std::string& reader) noexcept;
    // The same as pcscd tells it.
    Result<std::optional<Look>> bare_look(const std::string& reader, bool* in_use = nullptr) noexcept;
    [[nodiscard]] PowerLedger& ledger() noexcept { return service_->ledger; }

    [[nodiscard]] SCARDCONTEXT context() const { return context_; }

    void note(LogLevel level, const char* line) noexcept;

  private:
    Error failed(CallSite site, std::uint32_t code) noexcept;

    std::shared_ptr<Service> service_;
    std::uint32_t generation_;
    SCARDCONTEXT context_ = 0;
    Socket socket_;  // of the context
    bool open_ = false;
};

}  // namespace jpki::card::pcsc
