// Watches the readers: the only one that asks pcscd what is plugged in. With threads it looks on its own,
// half a second apart, and slot calls read its last snapshot; without them each look happens in the caller.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "reader/environment.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

class Monitor {
  public:
    using Snapshot = std::vector<ReaderState>;
    // Called after every look, on the looking thread, without locks.
    using Listener = std::function<void(const Snapshot&)>;

    Monitor(std::shared_ptr<const Environment> environment, Listener listener);
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    ~Monitor() = default;

    // Makes sure that somebody looks: starts the thread, or looks now. Waits for pcscd's first answer, and
    // for a young one's first card; how long at most, timing.hpp says. Later calls find it answered.
    void ensure_looking();
    // Something changed: look again soon.
    void kick();
    // Why the last look failed, if it did.
    [[nodiscard]] std::optional<Errc> trouble() const;
    bool stop(TimePoint deadline);

  private:
    struct Shared {
        // The looking thread's own, which lets go of them when it ends.
        std::shared_ptr<const Environment> environment;
        Listener listener;
        Mutex mutex;
        Condition changed;
        bool started JPKI_GUARDED_BY(mutex) = false;
        bool looked JPKI_GUARDED_BY(mutex) = false;
        bool answered JPKI_GUARDED_BY(mutex) = false;  // the last look is the answer
        TimePoint limit JPKI_GUARDED_BY(mutex){};      // nobody waits longer for that
        bool told_silence JPKI_GUARDED_BY(mutex) = false;
        bool kicked JPKI_GUARDED_BY(mutex) = false;
        bool stopping JPKI_GUARDED_BY(mutex) = false;
        bool ended JPKI_GUARDED_BY(mutex) = false;
        std::optional<Errc> trouble JPKI_GUARDED_BY(mutex);
        // One look at a time: without a thread of ours, all of the host's look.
        Mutex looking;
        std::unique_ptr<ReaderContext> context JPKI_GUARDED_BY(looking);
        TimePoint patient_until
            JPKI_GUARDED_BY(looking){};  // that context's pcscd may still be opening readers
    };
    static Result<Snapshot> ask(Shared& shared) JPKI_REQUIRES(shared.looking);
    static Result<Snapshot> ask_again(Shared& shared) JPKI_REQUIRES(shared.looking);
    static void look(Shared& shared);
    void look_here();
    static void loop(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<const Environment> environment_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace jpki::p11
