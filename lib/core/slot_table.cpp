#include "core/slot_table.hpp"

#include <algorithm>

namespace jpki::p11 {

namespace {

constexpr std::size_t kTokensPerReader = kKeyPurposes.size();

bool shows(View view, KeyPurpose purpose) {
    switch (view) {
        case View::authentication: return purpose == KeyPurpose::authentication;
        case View::signature: return purpose == KeyPurpose::signature;
        case View::both:
        case View::automatic: break;
    }
    return true;
}

CK_SLOT_ID slot_id(std::size_t entry, KeyPurpose purpose) {
    return static_cast<CK_SLOT_ID>(entry * kTokensPerReader + index_of(purpose));
}

}  // namespace

SlotTable::Entry SlotTable::make_entry(const std::string& name) const {
    Entry entry;
    entry.reader = std::make_shared<Reader>(environment_, name);
    const auto facts = std::make_shared<CardFacts>();
    for (const KeyPurpose purpose : kKeyPurposes) {
        if (shows(environment_->view, purpose))
            entry.tokens[index_of(purpose)] = std::make_shared<Token>(entry.reader, facts, purpose, kick_);
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
        for (const KeyPurpose purpose : kKeyPurposes) {
            Token* token = entry.tokens[index_of(purpose)].get();
            if (token == nullptr) continue;
            const CardGeneration now = token->refresh().card_generation;
            // What came before anybody was told what there is, is not an event.
            if (!told_) entry.reported[index_of(purpose)] = now;
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
        for (const KeyPurpose purpose : kKeyPurposes) {
            Token* token = entries_[i].tokens[index_of(purpose)].get();
            if (token != nullptr && (!token_present || token->refresh().present))
                ids.push_back(slot_id(i, purpose));
        }
    }
    return ids;
}

std::shared_ptr<Token> SlotTable::find(CK_SLOT_ID id) {
    const Lock lock(mutex_);
    if (!scanned_) scan();
    const std::size_t index = id / kTokensPerReader;
    if (index >= entries_.size() || !entries_[index].listed) return nullptr;
    return entries_[index].tokens[id % kTokensPerReader];
}

std::optional<CK_SLOT_ID> SlotTable::take_event() {
    const Lock lock(mutex_);
    told_ = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        for (const KeyPurpose purpose : kKeyPurposes) {
            Token* token = entries_[i].tokens[index_of(purpose)].get();
            if (token == nullptr) continue;
            const CardGeneration now = token->refresh().card_generation;
            if (entries_[i].reported[index_of(purpose)] == now) continue;
            entries_[i].reported[index_of(purpose)] = now;
            return slot_id(i, purpose);
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
