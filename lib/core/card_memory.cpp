#include "core/card_memory.hpp"

#include <map>

#include "crypto/digest.hpp"
#include "waist/per_process.hpp"
#include "waist/sync.hpp"

namespace jpki::p11::card_memory {

namespace {

struct Memory {
    Mutex mutex;
    std::map<Bytes, bool> pss JPKI_GUARDED_BY(mutex);  // by SHA-256 of the identity
};

constinit PerProcess<Memory> g_memory;

}  // namespace

std::optional<bool> knows_pss(ByteView identity) {
    const auto key = crypto::digest(crypto::Hash::sha256, identity);
    if (!key) return std::nullopt;
    Memory& known = g_memory.get();
    const Lock lock(known.mutex);
    const auto found = known.pss.find(*key);
    return found == known.pss.end() ? std::nullopt : std::optional(found->second);
}

void remember_pss(ByteView identity, bool is_known) {
    const auto key = crypto::digest(crypto::Hash::sha256, identity);
    if (!key) return;
    Memory& known = g_memory.get();
    const Lock lock(known.mutex);
    known.pss[*key] = is_known;
}

void forget_all() {
    Memory& known = g_memory.get();
    const Lock lock(known.mutex);
    known.pss.clear();
}

}  // namespace jpki::p11::card_memory
