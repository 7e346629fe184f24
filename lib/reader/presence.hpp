// Whether a card is in one reader, and which: the card generation number moves whenever the card may have
// become another one. Fed by the monitor's looks and by the worker's losses; thread-safe; never asks the
// reader itself.
#pragma once

#include <cstdint>

#include "waist/reader_port.hpp"
#include "waist/sync.hpp"

namespace jpki::p11 {

using CardGeneration = std::uint64_t;

class Presence {
  public:
    struct View {
        bool card_present = false;
        CardGeneration card_generation = 0;
        bool in_use = false;  // at the monitor's last look
    };

    // What the monitor saw; null: the reader is gone.
    void update(const ReaderState* seen);

    // The worker found that the card it used is no more, maybe before the monitor looks again.
    void lost();

    [[nodiscard]] View view() const;

  private:
    // A card that the worker lost counts again when the monitor still sees it after this many looks: the loss
    // was the connection's, not the card's.
    static constexpr int kLooksToRevive = 2;

    mutable Mutex mutex_;
    View view_ JPKI_GUARDED_BY(mutex_);
    bool known_ JPKI_GUARDED_BY(mutex_) = false;
    CardEventCount event_count_ JPKI_GUARDED_BY(mutex_);
    int looks_since_loss_ JPKI_GUARDED_BY(mutex_) = 0;
    bool lost_ JPKI_GUARDED_BY(mutex_) = false;
};

}  // namespace jpki::p11
