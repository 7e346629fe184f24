// The initialised library: slots and sessions. Made by C_Initialize, ended by C_Finalize; every call holds a
// reference, so that neither can pull the ground from under the other.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "core/session.hpp"
#include "core/slot_table.hpp"

namespace jpki::p11 {

class Module {
  public:
    explicit Module(std::shared_ptr<const Environment> environment);
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() = default;

    // Slots. `rescan`: take the set of readers anew (C_GetSlotList with a null list).
    std::vector<CK_SLOT_ID> slots(bool token_present, bool rescan);
    // Errors: slot_unknown.
    Result<std::shared_ptr<Token>> slot(CK_SLOT_ID id);
    // Errors: no_event; not_initialized when the library is finalised meanwhile.
    Result<CK_SLOT_ID> wait_for_event(bool block);

    // Errors: slot_unknown, token_not_present, token_not_recognized.
    Result<CK_SESSION_HANDLE> open_session(CK_SLOT_ID id, bool rw);
    // Errors: session_unknown for a handle that was never issued, was closed, or whose card has left.
    Result<std::shared_ptr<Session>> session(CK_SESSION_HANDLE handle);
    // The same for C_Login: a card that has left is card_removed, because on session_unknown NSS would open a
    // new session and send the PIN to whatever card is in the reader now.
    Result<std::shared_ptr<Session>> session_for_login(CK_SESSION_HANDLE handle);
    [[nodiscard]] bool has_read_only_session(CK_SLOT_ID slot);
    Status close_session(CK_SESSION_HANDLE handle);
    Status close_all_sessions(CK_SLOT_ID id);

    // Ends everything; what is stuck is left to itself.
    void finalize();

    // The same when the process exits without C_Finalize, within a second and without OpenSSL, which may be
    // gone already.
    void leave();

    [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }

  private:
    // Shared with the monitor's thread, which may outlive the module.
    struct Watched {
        explicit Watched(const std::shared_ptr<const Environment>& environment, std::function<void()> kick)
            : slots(environment, std::move(kick)) {}
        SlotTable slots;
        Mutex mutex;
        Condition changed;
        bool finalized JPKI_GUARDED_BY(mutex) = false;
    };

    void close(const std::shared_ptr<Session>& session);
    void forget_removed() JPKI_REQUIRES(mutex_);
    void stop(Duration limit);

    std::shared_ptr<const Environment> environment_;
    std::shared_ptr<Watched> watched_;
    std::shared_ptr<Monitor> monitor_;

    Mutex mutex_;
    std::map<CK_SESSION_HANDLE, std::shared_ptr<Session>> sessions_ JPKI_GUARDED_BY(mutex_);
    // Sessions whose card has left: the newest thousand.
    std::set<CK_SESSION_HANDLE> removed_ JPKI_GUARDED_BY(mutex_);
    bool finalized_ JPKI_GUARDED_BY(mutex_) = false;  // for calls that were inside when C_Finalize came
};

}  // namespace jpki::p11
