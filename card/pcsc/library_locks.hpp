// What libpcsclite does not lock, or not always, so that our threads take turns: one for a process, and for
// all modules of ours in it. Used by pcsc_context.cpp only.
#pragma once

#include "waist/sync.hpp"

namespace jpki::card::pcsc {

struct LibraryLocks {
    // Its array of reader states. libpcsclite before 2.0.1 keeps what it knows about readers in one unlocked
    // array per process, which every SCardListReaders and SCardGetStatusChange of every thread rewrites. None
    // of ours ever waits inside (timeout 0).
    Mutex reader_states;

    // Its list of contexts, by ContextListLock only.
    Mutex mutex;
    Condition changed;
    bool list_taken JPKI_GUARDED_BY(mutex) = false;
    TimePoint list_taken_at JPKI_GUARDED_BY(mutex){};
};
// Made by the first call in this process.
LibraryLocks& library_locks();

// SCardDisconnect of libpcsclite 1.9.9 walks the list of contexts a second time without the lock, and into
// one that another thread's SCardReleaseContext frees (seen: SIGSEGV in C_Finalize). So these two and
// SCardEstablishContext exclude each other. Whoever has had the lock for very long is not at the list but
// waits for pcscd: then the next goes on without it.
class ContextListLock {
  public:
    explicit ContextListLock(LibraryLocks& locks) noexcept;
    ~ContextListLock();
    ContextListLock(const ContextListLock&) = delete;
    ContextListLock& operator=(const ContextListLock&) = delete;

  private:
    LibraryLocks& locks_;
    bool mine_ = false;
};

}  // namespace jpki::card::pcsc
