// Owns one SCARDCONTEXT, and is the one place through which every SCard* call of this room goes, so that each
// is checked and a failure names its call. Shared by the port's context (reader_system.cpp) and its
// connections, which may outlive that; knows no transaction and no APDU.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "pcsc/functions.hpp"
#include "pcsc/library_locks.hpp"
#include "pcsc/pcsc_error.hpp"
#include "pcsc/power_ledger.hpp"
#include "pcsc/sockets.hpp"
#include "waist/log.hpp"
#include "waist/reader_port.hpp"

namespace jpki::card::pcsc {

// What all contexts of one ReaderSystem share.
struct Service {
    Service(Log& to, const Functions* by) : log(&to), functions(by) {}

    Log* log;
    const Functions* functions;  // null: there is no way to pcscd
    LibraryLocks& locks = library_locks();
    // Counts the deaths of pcscd that we noticed: a new one starts its event counters anew, and an event
    // count must not come back with another card.
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
    CardEventCount event_count;
    bool card_present;
    bool in_use;  // by whomever
};

class PcscContext {
  public:
    static Result<std::shared_ptr<PcscContext>> open(std::shared_ptr<Service> service);
    explicit PcscContext(std::shared_ptr<Service> service);
    ~PcscContext();
    PcscContext(const PcscContext&) = delete;
    PcscContext& operator=(const PcscContext&) = delete;

    template <class Function, class... Arguments>
    Status call(CallSite site, Function Functions::* function, Arguments... arguments) noexcept {
        const std::uint32_t code = number((service_->functions->*function)(arguments...));
        if (code == number(SCARD_S_SUCCESS)) return {};
        return fail(failed(site, code));
    }

    void disconnect(SCARDHANDLE handle) noexcept;

    // The readers of this moment, for ReaderContext::list().
    Result<std::vector<ReaderState>> readers();
    // One reader; nothing when it is gone. Never waits for a change, never allocates. A power-down of ours is
    // no removal here.
    Result<std::optional<Seen>> look(const std::string& reader) noexcept;
    // The same as pcscd tells it.
    Result<std::optional<Look>> bare_look(const std::string& reader, bool* in_use = nullptr) noexcept;
    [[nodiscard]] PowerLedger& ledger() noexcept { return service_->ledger; }

    [[nodiscard]] SCARDCONTEXT handle() const { return handle_; }

    void log(LogLevel level, const char* line) noexcept;

  private:
    Result<std::vector<std::string>> reader_names();
    Error failed(CallSite site, std::uint32_t code) noexcept;

    std::shared_ptr<Service> service_;
    std::uint32_t generation_;
    SCARDCONTEXT handle_ = 0;
    Socket socket_;  // of the context
    bool open_ = false;
};

}  // namespace jpki::card::pcsc
