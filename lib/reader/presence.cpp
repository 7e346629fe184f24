#include "reader/presence.hpp"

namespace jpki::p11 {

void Presence::update(const ReaderState* seen) {
    const Lock lock(mutex_);
    view_.in_use = seen != nullptr && seen->in_use;
    if (seen == nullptr) {
        if (view_.card_present) ++view_.card_generation;
        view_.card_present = false;
        known_ = false;
        lost_ = false;
        return;
    }
    const bool same =
        known_ && seen->event_count == event_count_ && (lost_ || seen->card_present == view_.card_present);
    if (same && !lost_) return;
    if (same && ++looks_since_loss_ < kLooksToRevive) return;
    known_ = true;
    lost_ = false;
    event_count_ = seen->event_count;
    view_.card_present = seen->card_present;
    ++view_.card_generation;
}

void Presence::lost() {
    const Lock lock(mutex_);
    if (!view_.card_present) return;
    view_.card_present = false;
    ++view_.card_generation;
    lost_ = true;
    looks_since_loss_ = 0;
}

Presence::View Presence::view() const {
    const Lock lock(mutex_);
    return view_;
}

}  // namespace jpki::p11
