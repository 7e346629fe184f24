#include "core/slot_table.hpp"

#include <algorithm>

namespace jpki::p11 {

namespace {

constexpr std::size_t kSeatsPerReader = kSeats.size();

bool shows(View view, Seat seat) {
    switch (view) {
        case View::authentication: return seat == Seat::authentication;
        case View::signature: return seat == Seat::signature;
        case View::both:
        case View::automatic: break;
    }
    return true;
}

CK_SLOT_ID slot_id(std::size_t entry, Seat seat) {
    return static_cast<CK_SLOT_ID>(entry * kSeatsPerReader + index_of(seat));
}

}  // namespace

SlotTable::Entry SlotTable::make_entry(const std::string& name) const {
    Entry entry;
    entry.reader = std::make_shared<Reader>(environment_, name);
    const auto facts = std::make_shared<CardFacts>();
    for (const Seat seat : kSeats) {
        if (shows(environment_->view, seat))
            entry.tokens[index_of(seat)] = std::make_shared<Token>(entry.reader, facts, seat, kick_);
    }
    return entry;
}

void SlotTable::update(const Monitor::Snapshot& snapshot) {
    const Lock lock(mutex_);
    for (const ReaderState& seen : snapshot) {
        const auto known =
            std::ranges::find(entries_, seen.name, [](const Entry& e) { return e.reader->name(); });
        if (known == entries_.end()) entries_.push_back(make_entry(seen.name));
    }
    for (Entry& entry : entries_) {
        const auto seen = std::ranges::find(snapshot, entry.reader->name(), &ReaderState::name);
        entry.plugged_in = seen != snapshot.end();
        entry.reader->presence().update(entry.plugged_in ? &*seen : nullptr);
        for (const Seat seat : kSeats) {
            Token* token = entry.tokens[index_of(seat)].get();
            if (token == nullptr) continue;
            const CardGeneration now = token->refresh().card_generation;
            // What came before anybody was told what there is, is not an event.
            if (!told_) entry.reported[index_of(seat)] = now;
        }
    }
}

void SlotTable::scan() {
    scanned_ = told_ = true;
    for (Entry& entry : entries_)
        entry.listed = entry.plugged_in;
}

void SlotTable::rescan() {
    const Lock lock(mutex_);
    scan();
}

std::vector<CK_SLOT_ID> SlotTable::list(bool token_present) {
    const Lock lock(mutex_);
    // GnuTLS hands over an array in its very first call.
    if (!scanned_) scan();
    std::vector<CK_SLOT_ID> ids;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!entries_[i].listed) continue;
        for (const Seat seat : kSeats) {
            Token* token = entries_[i].tokens[index_of(seat)].get();
            if (token != nullptr && (!token_present || token->refresh().present))
                ids.push_back(slot_id(i, seat));
        }
    }
    return ids;
}

std::shared_ptr<Token> SlotTable::find(CK_SLOT_ID id) {
    const Lock lock(mutex_);
    if (!scanned_) scan();
    const std::size_t index = id / kSeatsPerReader;
    if (index >= entries_.size() || !entries_[index].listed) return nullptr;
    return entries_[index].tokens[id % kSeatsPerReader];
}

std::optional<CK_SLOT_ID> SlotTable::take_event() {
    const Lock lock(mutex_);
    told_ = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        for (const Seat seat : kSeats) {
            Token* token = entries_[i].tokens[index_of(seat)].get();
            if (token == nullptr) continue;
            const CardGeneration now = token->refresh().card_generation;
            if (entries_[i].reported[index_of(seat)] == now) continue;
            entries_[i].reported[index_of(seat)] = now;
            return slot_id(i, seat);
        }
    }
    return std::nullopt;
}

bool SlotTable::stop(TimePoint deadline) {
    std::vector<std::shared_ptr<Reader>> readers;
    {
        const Lock lock(mutex_);
        for (const Entry& entry : entries_)
            readers.push_back(entry.reader);
    }
    // All are told before one is waited for: a stuck reader must not use up the others' time for their
    // logout.
    for (const auto& reader : readers)
        (void)reader->stop(environment_->clock->now());
    bool all = true;
    for (const auto& reader : readers)
        all = reader->stop(deadline) && all;
    return all;
}

}  // namespace jpki::p11
