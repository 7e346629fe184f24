// Slots: keys of readers under ids that stay the same for the life of the module. Fed by the monitor's
// snapshots; the set that applications see changes only when they ask for it (C_GetSlotList with a null
// list).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/token.hpp"
#include "reader/monitor.hpp"

namespace jpki::p11 {

class SlotTable {
  public:
    explicit SlotTable(std::shared_ptr<const Environment> environment, std::function<void()> kick)
        : environment_(std::move(environment)), kick_(std::move(kick)) {}

    // A new look at the readers. Thread-safe.
    void update(const Monitor::Snapshot& snapshot);

    // Makes the readers of the last look the ones that are listed.
    void rescan();
    [[nodiscard]] std::vector<CK_SLOT_ID> list(bool token_present);
    // Null: no such slot is listed.
    [[nodiscard]] std::shared_ptr<Token> find(CK_SLOT_ID id);

    // A slot whose card came or went since it was last reported, if any.
    [[nodiscard]] std::optional<CK_SLOT_ID> take_event();

    // False: some reader's worker is stuck.
    bool stop(TimePoint deadline);

  private:
    struct Entry {
        std::shared_ptr<Reader> reader;
        std::array<std::shared_ptr<Token>, 2>
            tokens;  // by KeyPurpose; null where the view leaves the key out
        std::array<CardGeneration, 2> reported{};
        bool listed = false;
        bool plugged_in = false;
    };

    void scan() JPKI_REQUIRES(mutex_);
    Entry make_entry(const std::string& name) const;

    std::shared_ptr<const Environment> environment_;
    std::function<void()> kick_;
    Mutex mutex_;
    std::vector<Entry> entries_ JPKI_GUARDED_BY(mutex_);  // only ever appended to: its index makes the id
    bool scanned_ JPKI_GUARDED_BY(mutex_) = false;
    bool told_ JPKI_GUARDED_BY(mutex_) = false;  // somebody asked, and events count from there
};

}  // namespace jpki::p11
