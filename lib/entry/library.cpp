#include "entry/library.hpp"

#include <cstdlib>

#include "waist/per_process.hpp"

namespace jpki::p11::library {

namespace {

struct Library {
    Mutex mutex;
    std::shared_ptr<Module> module JPKI_GUARDED_BY(mutex);
    bool exiting JPKI_GUARDED_BY(mutex) = false;
    bool leaves JPKI_GUARDED_BY(mutex) = false;  // on_exit() knows of it
};

constinit PerProcess<Library> g_library;

// exit() without C_Finalize is how OpenSSL, curl, Java and GnuTLS end: leave the card logged out. Needs no
// OpenSSL.
void leave_cards_logged_out() {
    Library* library = g_library.find();
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
void leave_before_libraries(Library& library) JPKI_REQUIRES(library.mutex) {
    if (!library.leaves)
        library.leaves = ::on_exit([](int, void*) { leave_cards_logged_out(); }, nullptr) == 0;
}

// Should there have been no memory for that.
[[gnu::destructor]] void leave_at_last() { leave_cards_logged_out(); }

}  // namespace

Status initialize(const InitArgs& args) {
    Library& library = g_library.get();
    const Lock lock(library.mutex);
    if (library.exiting) return fail(Errc::internal, "the process is exiting");
    if (library.module) return fail(Errc::already_initialized);
    leave_before_libraries(library);
    library.module = std::make_shared<Module>(compose(args));
    return {};
}

Status finalize() {
    Library* library = g_library.find();
    if (library == nullptr) return fail(Errc::not_initialized);
    std::shared_ptr<Module> module;
    {
        const Lock lock(library->mutex);
        if (library->exiting) return fail(Errc::not_initialized);
        module = std::move(library->module);
        library->module = nullptr;
    }
    if (!module) return fail(Errc::not_initialized);
    module->finalize();
    return {};
}

Result<std::shared_ptr<Module>> module() {
    Library* library = g_library.find();
    if (library == nullptr) return fail(Errc::not_initialized);
    const Lock lock(library->mutex);
    if (!library->module || library->exiting) return fail(Errc::not_initialized);
    return library->module;
}

}  // namespace jpki::p11::library
