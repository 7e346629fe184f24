// What the power-downs of this process do to pcscd's picture of a reader, so that none of them is taken for a
// removal. Some slots read empty for a moment after a power-down; pcscd then counts a removal and an
// insertion of a card that nobody touched. Shared by all contexts of one ReaderSystem; thread-safe; never
// asks pcscd itself. Whether the card afterwards is the same one is decided by its identity, before any PIN
// is sent (lib/core).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "waist/sync.hpp"

namespace jpki::card::pcsc {

// One look at a reader, as pcscd tells it.
struct Look {
    std::uint16_t events = 0;  // pcsc-lite's counter of insertions and removals
    bool card_present = false;
    friend bool operator==(const Look&, const Look&) = default;
};

class PowerLedger {
  public:
    // Makes room for a reader. May throw std::bad_alloc; nothing else here does.
    void know(const std::string& reader);

    // From now on everybody sees `reader` as it is `now`, until refresh().
    void hold(const std::string& reader, Look now) noexcept;
    // The power-down is over. With the card there again what was counted meanwhile is taken off every later
    // look.
    void refresh(const std::string& reader, Look now) noexcept;

    // What to tell of a look. `refreshes_before`: refreshes() from before the look; nothing when a power-down
    // has been decided since, and what was seen belongs to neither side of it.
    [[nodiscard]] std::optional<Look> told(const std::string& reader, Look seen,
                                           std::uint64_t refreshes_before) noexcept;
    [[nodiscard]] std::uint64_t refreshes() noexcept;

    // A new pcscd counts anew.
    void forget() noexcept;

  private:
    struct Row {
        std::string reader;
        std::uint16_t taken_off = 0;
        bool held = false;
        Look before{};  // as pcscd told it
    };
    Row* find(const std::string& reader) noexcept JPKI_REQUIRES(mutex_);

    Mutex mutex_;
    std::uint64_t refreshes_ JPKI_GUARDED_BY(mutex_) = 0;
    std::vector<Row> rows_ JPKI_GUARDED_BY(mutex_);
};

}  // namespace jpki::card::pcsc
