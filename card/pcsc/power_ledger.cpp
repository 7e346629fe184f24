#include "pcsc/power_ledger.hpp"

#include <algorithm>

namespace jpki::card::pcsc {

PowerLedger::Row* PowerLedger::find(const std::string& reader) noexcept {
    const auto row = std::ranges::find(rows_, reader, &Row::reader);
    return row == rows_.end() ? nullptr : &*row;
}

void PowerLedger::know(const std::string& reader) {
    const Lock lock(mutex_);
    if (find(reader) == nullptr) rows_.push_back({.reader = reader});
}

void PowerLedger::hold(const std::string& reader, Look now) noexcept {
    const Lock lock(mutex_);
    Row* row = find(reader);
    if (row == nullptr) return;
    row->held = true;
    row->before = now;
}

void PowerLedger::refresh(const std::string& reader, Look now) noexcept {
    const Lock lock(mutex_);
    Row* row = find(reader);
    if (row == nullptr || !row->held) return;
    row->held = false;
    ++refreshes_;
    if (!now.card_present) return;
    row->taken_off = static_cast<std::uint16_t>(row->taken_off + now.events - row->before.events);
}

std::uint64_t PowerLedger::refreshes() noexcept {
    const Lock lock(mutex_);
    return refreshes_;
}

std::optional<Look> PowerLedger::told(const std::string& reader, Look seen,
                                      std::uint64_t refreshes_before) noexcept {
    const Lock lock(mutex_);
    if (refreshes_before != refreshes_) return std::nullopt;
    const Row* row = find(reader);
    if (row == nullptr) return seen;
    if (row->held) seen = row->before;
    seen.events = static_cast<std::uint16_t>(seen.events - row->taken_off);
    return seen;
}

void PowerLedger::forget() noexcept {
    const Lock lock(mutex_);
    for (Row& row : rows_) {
        row.taken_off = 0;
        row.held = false;
    }
}

}  // namespace jpki::card::pcsc
