#include "entry/library.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace jpki::p11::library {

namespace {

struct Library {
    pid_t owner = 0;
    Library* inherited = nullptr;  // of the parent process: kept reachable, never touched
    Mutex mutex;
    std::shared_ptr<Module> module JPKI_GUARDED_BY(mutex);
    bool exiting JPKI_GUARDED_BY(mutex) = false;
};

constinit std::atomic<Library*> g_library{nullptr};

// Null when this process has not initialised anything. The process is compared before any lock is taken: in a
// forked child the parent's locks may be held by threads that do not exist here.
Library* ours() {
    Library* library = g_library.load();
    return library != nullptr && library->owner == ::getpid() ? library : nullptr;
}

Library* make_ours() {
    for (;;) {
        Library* before = g_library.load();
        if (before != nullptr && before->owner == ::getpid()) return before;
        auto made = std::make_unique<Library>();
        made->owner = ::getpid();
        made->inherited = before;
        if (g_library.compare_exchange_strong(before, made.get())) return made.release();
    }
}

// exit() without C_Finalize is how OpenSSL, curl, Java and GnuTLS end: leave the card logged out. Needs no
// OpenSSL.
void leave_cards_logged_out() {
    Library* library = ours();
    if (library == nullptr) return;
    std::shared_ptr<Module> module;
    {
        const Lock lock(library->mutex);
        if (library->exiting) return;
        library->exiting = true;
        module = library->module;  // which stays where it is
    }
    if (module) module->leave();
}

// Libraries are torn down after what exit() was told to call. Since 2.1 libpcsclite loads the rest of itself
// at the first call: that is no dependency of ours, so a destructor would find it gone. Not atexit(), which
// cannot be told from a static object with a destructor (tests/structure/check_module).
void leave_before_libraries() {
    [[maybe_unused]] static const int registered =
        ::on_exit([](int, void*) { leave_cards_logged_out(); }, nullptr);
}

// Should there have been no memory for that.
[[gnu::destructor]] void leave_at_last() { leave_cards_logged_out(); }

}  // namespace

Status initialize(const HostWishes& wishes) {
    Library* library = make_ours();
    leave_before_libraries();
    const Lock lock(library->mutex);
    if (library->exiting) return fail(Errc::internal, "the process is exiting");
    if (library->module) return fail(Errc::already_initialized);
    library->module = std::make_shared<Module>(compose(wishes));
    return {};
}

Status finalize() {
    Library* library = ours();
    if (library == nullptr) return fail(Errc::not_initialized);
    std::shared_ptr<Module> module;
    {
        const Lock lock(library->mutex);
        if (library->exiting) return fail(Errc::not_initialized);
        module = std::move(library->module);
        library->module = nullptr;
    }
    if (!module) return fail(Errc::not_initialized);
    (void)module->finalize();
    return {};
}

Result<std::shared_ptr<Module>> module() {
    Library* library = ours();
    if (library == nullptr) return fail(Errc::not_initialized);
    const Lock lock(library->mutex);
    if (!library->module || library->exiting) return fail(Errc::not_initialized);
    return library->module;
}

}  // namespace jpki::p11::library
