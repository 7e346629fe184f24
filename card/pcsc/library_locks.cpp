#include "pcsc/library_locks.hpp"

#include "waist/per_process.hpp"

// Each of our three modules is a file of its own, and a program may load more than one; their libpcsclite is
// the same. Of an inline variable that is exported the loader makes one for the process (STB_GNU_UNIQUE),
// whoever loaded which file how. The number in its name belongs to its layout.
extern "C" {
[[gnu::visibility(
    "default")]] inline constinit jpki::PerProcess<jpki::card::pcsc::LibraryLocks> jpki_pkcs11_turns_1;
}

namespace jpki::card::pcsc {

namespace {

constexpr Duration kLongest = std::chrono::milliseconds(500);

}  // namespace

LibraryLocks& library_locks() { return jpki_pkcs11_turns_1.get(); }

ContextListLock::ContextListLock(LibraryLocks& locks) noexcept : locks_(locks) {
    const Lock lock(locks_.mutex);
    for (;;) {
        const TimePoint now = std::chrono::steady_clock::now();
        mine_ = !locks_.list_taken;
        if (mine_) {
            locks_.list_taken = true;
            locks_.list_taken_at = now;
            return;
        }
        const TimePoint limit = locks_.list_taken_at + kLongest;
        if (now >= limit) return;
        (void)locks_.changed.wait_until(locks_.mutex, limit);
    }
}

ContextListLock::~ContextListLock() {
    if (!mine_) return;
    const Lock lock(locks_.mutex);
    locks_.list_taken = false;
    locks_.changed.notify_all();
}

}  // namespace jpki::card::pcsc
