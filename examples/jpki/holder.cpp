#include "holder.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "failure.hpp"
#include "text.hpp"

namespace jpki::app {

namespace {

constexpr std::string_view kSuffixes[] = {" [A]", " [S]"};
constexpr auto kPatience = std::chrono::seconds(2);
constexpr auto kPause = std::chrono::milliseconds(50);

Purpose purpose_of(const KeySeat& seat) {
    if (seat.status)
        return seat.status->ulSeat == JPKI_SEAT_SIGNATURE ? Purpose::signature : Purpose::authentication;
    // The labels that other JPKI modules have as well.
    if (seat.label.find("Digital Signature") != std::string::npos) return Purpose::signature;
    if (seat.label.find("Authentication") != std::string::npos) return Purpose::authentication;
    return Purpose::other;
}

KeySeat read_seat(const Module& module, CK_SLOT_ID slot, const CK_TOKEN_INFO& info) {
    KeySeat seat;
    seat.slot = slot;
    seat.label = trimmed(info.label);
    seat.serial.assign(reinterpret_cast<const char*>(info.serialNumber), sizeof info.serialNumber);
    seat.serial.erase(seat.serial.find_last_not_of(' ') + 1);
    seat.flags = info.flags;
    seat.shortest_pin = info.ulMinPinLen;
    seat.longest_pin = info.ulMaxPinLen;
    seat.status = module.status(slot);
    seat.purpose = purpose_of(seat);
    const Session session(module, slot);
    read_certificates(session, seat);
    return seat;
}

// pcscd may only just have been started, by whoever asks first; it finds its readers a moment later.
std::vector<CK_SLOT_ID> slots_of(const Module& module) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        auto slots = module.slots();
        if (!slots.empty() || std::chrono::steady_clock::now() >= end) return slots;
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace

std::string reader_of(const CK_SLOT_INFO& info) {
    std::string name = trimmed(info.slotDescription);
    for (const std::string_view suffix : kSuffixes)
        if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
    return name;
}

std::optional<unsigned long> KeySeat::tries_left() const {
    if (status && status->ulTriesLeft != JPKI_TRIES_UNKNOWN) return status->ulTriesLeft;
    if (locked()) return 0;
    if ((flags & CKF_USER_PIN_FINAL_TRY) != 0) return 1;
    return std::nullopt;
}

void read_certificates(const Session& session, KeySeat& seat) {
    for (const CK_OBJECT_HANDLE object : session.find(CKO_CERTIFICATE)) {
        const auto value = session.attribute(object, CKA_VALUE);
        auto parsed = value ? parse_certificate(*value) : std::nullopt;
        if (!parsed) continue;
        auto& place = parsed->is_authority ? seat.authority : seat.certificate;
        place = std::move(parsed);
    }
}

std::vector<Reader> look(const Module& module, const std::string& reader_name) {
    std::vector<Reader> readers;
    for (const CK_SLOT_ID slot : slots_of(module)) {
        CK_SLOT_INFO info{};
        if (module->C_GetSlotInfo(slot, &info) != CKR_OK) continue;
        const std::string name = reader_of(info);
        if (!reader_name.empty() && name != reader_name) continue;
        auto known = std::ranges::find(readers, name, &Reader::name);
        if (known == readers.end()) known = readers.insert(readers.end(), Reader{name, {}, false, {}});
        if ((info.flags & CKF_TOKEN_PRESENT) == 0) continue;
        CK_TOKEN_INFO token{};
        const CK_RV rv = module->C_GetTokenInfo(slot, &token);
        if (rv == CKR_TOKEN_NOT_RECOGNIZED) known->foreign = true;
        // Whatever else fails is this token's own affair: a card that leaves, or one without this key.
        if (rv != CKR_OK) continue;
        known->model = trimmed(token.model);
        known->seats.push_back(read_seat(module, slot, token));
    }
    if (readers.empty() && !reader_name.empty())
        throw Failure(Exit::no_card, say(Text::unknown_reader, reader_name));
    return readers;
}

KeySeat find_seat(const Module& module, Purpose purpose, const std::string& reader_name) {
    std::optional<KeySeat> found;
    std::string names;
    bool foreign = false;
    auto readers = look(module, reader_name);
    if (readers.empty()) throw Failure(Exit::no_card, say(Text::no_reader), say(Text::no_reader_advice));
    for (Reader& reader : readers) {
        const auto seat = std::ranges::find(reader.seats, purpose, &KeySeat::purpose);
        foreign = foreign || reader.foreign;
        if (seat == reader.seats.end()) continue;
        names += (names.empty() ? "" : ", ") + reader.name;
        // A PIN for one person's card must not be spent on another's.
        if (found) throw Failure(Exit::usage, say(Text::several_cards, names), say(Text::choose_reader));
        found = std::move(*seat);
    }
    if (found) return *std::move(found);
    throw Failure(Exit::no_card, say(foreign ? Text::foreign_card : Text::no_card), say(Text::put_card_in));
}

}  // namespace jpki::app
