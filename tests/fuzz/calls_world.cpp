#include "calls_world.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace jpki::fuzz {

namespace {

using campaign::Person;

constexpr Errc kFailures[] = {Errc::card_removed,        Errc::card_reset, Errc::card_mute, Errc::reader_gone,
                              Errc::service_unavailable, Errc::transport,  Errc::timed_out, Errc::no_card,
                              Errc::malformed_answer};

EVP_PKEY* key_of(Person person, KeyPurpose purpose) {
    const auto make = [](Person p, vcard::Role role) {
        return key_of_certificate(campaign::image_of(p).certificate(role));
    };
    static const std::array<Key, 4> keys{
        make(Person::first, vcard::Role::kAuthCert), make(Person::first, vcard::Role::kSignCert),
        make(Person::second, vcard::Role::kAuthCert), make(Person::second, vcard::Role::kSignCert)};
    return keys.at(static_cast<std::size_t>(person) * 2 + index_of(purpose)).get();
}

bool could_be_right(KeyPurpose purpose, ByteView pin) {
    const auto fits = [purpose](std::uint8_t c) {
        return (c >= '0' && c <= '9') ||
               (purpose == KeyPurpose::signature && std::isalpha(c) != 0 && c < 0x80);
    };
    const bool length =
        purpose == KeyPurpose::authentication ? pin.size() == 4 : pin.size() >= 6 && pin.size() <= 16;
    return length && std::ranges::all_of(pin, fits);
}

}  // namespace

World::World() {
    cards_[0] = stage_.card();
    testing::Wiring wiring;
    wiring.readers = &stage_.readers;
    wiring.threads = false;
    wiring.log = &log_;
    testing::wire(wiring);
}

void World::add(std::vector<CK_ULONG>& pool, CK_ULONG handle) {
    constexpr std::size_t kMost = 16;
    if (std::ranges::count(pool, handle) != 0) return;
    pool.push_back(handle);
    if (pool.size() > kMost) pool.erase(pool.begin());
}

KeyPurpose World::purpose(CK_SESSION_HANDLE session) const {
    const auto slot = slots_.find(session);
    return slot != slots_.end() && slot->second % 2 == 1 ? KeyPurpose::signature : KeyPurpose::authentication;
}

void World::opened(CK_SESSION_HANDLE session, CK_SLOT_ID slot) {
    require(slots_.emplace(session, slot).second, "a session's handle was never another's", session);
    add(sessions_, session);
}

std::string World::right_pin(CK_SESSION_HANDLE session, bool other_purpose) const {
    const bool signature = (purpose(session) == KeyPurpose::signature) != other_purpose;
    const auto role = signature ? vcard::Role::kSignPin : vcard::Role::kAuthPin;
    const Bytes& pin = card().image().find(role)->body;
    return {pin.begin(), pin.end()};
}

void World::entered(CK_SESSION_HANDLE session, ByteView pin) {
    const KeyPurpose at = purpose(session);
    if (!could_be_right(at, pin)) return;
    Bytes upper = to_bytes(pin);
    std::ranges::transform(upper, upper.begin(), [](std::uint8_t c) { return std::toupper(c); });
    ++entered_[index_of(at)];
    if (!equal(upper, to_bytes(right_pin(session, false)))) ++wrong_[index_of(at)];
}

void World::sign_begun(CK_SESSION_HANDLE session, std::optional<CK_MECHANISM_TYPE> mechanism) {
    signing_.erase(session);
    if (mechanism) signing_.emplace(session, Signing{*mechanism, {}});
}

void World::sign_updated(CK_SESSION_HANDLE session, ByteView part) {
    const auto found = signing_.find(session);
    require(found != signing_.end(), "only what was begun goes on", session);
    append(found->second.data, part);
}

void World::signed_by(CK_SESSION_HANDLE session, std::optional<ByteView> data, ByteView signature) {
    const auto found = signing_.find(session);
    require(found != signing_.end(), "only what was begun becomes a signature", session);
    const ByteView input = data ? *data : ByteView(found->second.data);
    EVP_PKEY* key = key_of(person_, purpose(session));
    require(verifies(key, found->second.mechanism, input, signature), "a signature verifies",
            found->second.mechanism);
    last_signature_ = to_bytes(signature);
    signing_.erase(found);
}

void World::fail_once(const Record& record, bool after) {
    auto left = std::make_shared<int>(record.data % 16);
    const Errc code = kFailures[record.extra % std::size(kFailures)];
    const testing::VirtualReaders::Fate fate = [left, code](ByteView) -> std::optional<Errc> {
        return (*left)-- == 0 ? std::optional(code) : std::nullopt;
    };
    stage_.readers.on_command(after ? nullptr : fate, after ? fate : nullptr);
}

void World::insert(Person person) {
    auto& card = cards_.at(static_cast<std::size_t>(person));
    stage_.remove();
    if (card) {
        stage_.readers.insert(card);
    } else {
        stage_.insert(person);
        card = stage_.card();
    }
    person_ = person;
}

void World::happen(Event event, const Record& record) {
    auto& readers = stage_.readers;
    const bool card_there = readers.has_card();
    switch (event) {
        case Event::remove: stage_.remove(); break;
        case Event::insert_first: insert(Person::first); break;
        case Event::insert_second: insert(Person::second); break;
        case Event::reset:
            if (card_there) readers.reset_by_other_client();
            break;
        case Event::unplug: readers.unplug(testing::VirtualReaders::kFirst); break;
        case Event::plug_in: readers.plug_in(testing::VirtualReaders::kFirst); break;
        case Event::stop_service: readers.stop_service(true); break;
        case Event::start_service: readers.stop_service(false); break;
        case Event::select_elsewhere:
            if (card_there)
                readers.as_other_client({{0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0, 0, 1, 0x51, 0, 0}});
            break;
        case Event::fail_before: fail_once(record, false); break;
        case Event::fail_after: fail_once(record, true); break;
        case Event::personality: {
            const auto switches = vcard::personality_switches();
            const auto& one = switches[record.data % switches.size()];
            (void)card().set(one.name, one.values[record.extra % one.value_count()]);
            break;
        }
        case Event::tries_left:
            (void)card().set_tries_left(record.data % 2 == 0 ? vcard::Role::kAuthPin : vcard::Role::kSignPin,
                                        record.extra % 4);
            break;
        case Event::count: break;
    }
}

void World::check_end() {
    (void)C_Finalize(nullptr);
    require(stage_.readers.contexts_open() == 0, "no context outlives C_Finalize");
    require(stage_.readers.connections_open() == 0, "no connection outlives C_Finalize");
    for (const auto& card : cards_) {
        if (!card) continue;
        const vcard::Oracle seen = card->oracle();
        for (const KeyPurpose at : kKeyPurposes) {
            const auto& pin = at == KeyPurpose::authentication ? seen.auth_pin : seen.sign_pin;
            require(pin.failed <= wrong_[index_of(at)], "a try is spent by a wrong PIN only", pin.failed);
            require(pin.verifies == 0 || entered_[index_of(at)] != 0, "a PIN is sent when one was entered");
        }
        require(seen.other_pins.verifies == 0, "no PIN goes to another application");
    }
    stage_.mend();
    require(!stage_.another_client_can_sign(), "nobody else can sign afterwards");
}

}  // namespace jpki::fuzz
