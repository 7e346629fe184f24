#include "token/holder.hpp"

#include <algorithm>
#include <chrono>

#include "text/text.hpp"
#include "token/diagnosis.hpp"
#include "token/places.hpp"

namespace jpki::app {

namespace {

std::optional<KeyPurpose> purpose_of(const Token& token) {
    if (token.status)
        return token.status->ulKeyPurpose == JPKI_KEY_PURPOSE_SIGNATURE ? KeyPurpose::signature
                                                                        : KeyPurpose::authentication;
    // The labels that other JPKI modules have as well.
    if (token.label.find("Digital Signature") != std::string::npos) return KeyPurpose::signature;
    if (token.label.find("Authentication") != std::string::npos) return KeyPurpose::authentication;
    return std::nullopt;
}

Time time_of(CK_ULONG seconds) { return Time(std::chrono::seconds(seconds)); }

std::optional<Validity> validity_of(const Module& module, Token& token) {
    if (token.status) {
        if (token.status->ulNotAfter == 0) return std::nullopt;
        return Validity{time_of(token.status->ulNotBefore), time_of(token.status->ulNotAfter)};
    }
    read_certificate(Session(module, token.slot), token, Whose::user);
    return token.certificate ? std::optional<Validity>(*token.certificate) : std::nullopt;
}

CK_RV add_token(const Module& module, CK_SLOT_ID slot, Reader& reader) {
    Token token;
    token.slot = slot;
    token.reader = reader.name;
    const CK_RV rv = read_token(module, token);
    if (rv != CKR_OK) return rv;
    reader.model = token.model;
    reader.tokens.push_back(std::move(token));
    return CKR_OK;
}

// The other token of a card that is silent or busy would only be waited for as long again.
bool is_hopeless(CardState state) {
    return state == CardState::silent || state == CardState::busy || state == CardState::failing;
}

void look_into(const Module& module, CK_SLOT_ID slot, CK_FLAGS flags, Reader& reader) {
    if (is_hopeless(reader.card.state)) return;
    CK_RV rv = CKR_TOKEN_NOT_PRESENT;
    if ((flags & CKF_TOKEN_PRESENT) != 0) rv = add_token(module, slot, reader);
    const CardStatus found = card_status(module, slot, rv);
    if (found.state >= reader.card.state) reader.card = found;
    if (!reader.tokens.empty()) reader.card.state = CardState::present;
}

std::vector<SlotSeen> seen(const Module& module, const std::vector<CK_SLOT_ID>& slots) {
    std::vector<SlotSeen> all;
    for (const CK_SLOT_ID slot : slots) {
        CK_SLOT_INFO info{};
        if (module->C_GetSlotInfo(slot, &info) == CKR_OK) all.push_back({slot, info.flags, name_of(info)});
    }
    return all;
}

std::vector<Reader> look_at(const Module& module, const std::vector<CK_SLOT_ID>& slots,
                            const std::string& reader_name) {
    auto places = places_of(seen(module, slots));
    keep_only(places, visible(reader_name));
    std::vector<Reader> readers;
    for (const Place& place : places) {
        Reader& reader = readers.emplace_back();
        reader.slot = place.slots.front().id;
        reader.name = place.name;
        reader.own_name = place.own_name;
        for (const SlotSeen& slot : place.slots)
            look_into(module, slot.id, slot.flags, reader);
    }
    return readers;
}

}  // namespace

std::optional<unsigned long> Token::tries_left() const {
    if (status && status->ulTriesLeft != JPKI_TRIES_UNKNOWN) return status->ulTriesLeft;
    if (locked()) return 0;
    if ((flags & CKF_USER_PIN_FINAL_TRY) != 0) return 1;
    return std::nullopt;
}

CK_RV read_token(const Module& module, Token& token) {
    CK_TOKEN_INFO info{};
    // Our own module's status comes first: it brings the counter that the token's flags are made of, and each
    // is asked once.
    CK_RV rv = module.read_status(token.slot, token.status);
    if (rv == CKR_OK) rv = module->C_GetTokenInfo(token.slot, &info);
    if (rv != CKR_OK) return rv;
    token.label = trimmed(info.label);
    token.model = trimmed(info.model);
    token.serial = trimmed(info.serialNumber);
    token.flags = info.flags;
    token.shortest_pin = info.ulMinPinLen;
    token.longest_pin = info.ulMaxPinLen;
    token.purpose = purpose_of(token);
    token.validity = validity_of(module, token);
    return CKR_OK;
}

void read_certificate(const Session& session, Token& token, Whose whose) {
    const CK_ULONG other =
        whose == Whose::user ? CK_CERTIFICATE_CATEGORY_AUTHORITY : CK_CERTIFICATE_CATEGORY_TOKEN_USER;
    for (const CK_OBJECT_HANDLE object : session.find(CKO_CERTIFICATE)) {
        if (session.number(object, CKA_CERTIFICATE_CATEGORY) == other) continue;
        const auto value = session.attribute(object, CKA_VALUE);
        auto parsed = value ? parse_certificate(*value) : std::nullopt;
        if (!parsed) continue;
        auto& place = parsed->is_authority ? token.authority : token.certificate;
        place = std::move(parsed);
    }
}

std::vector<Reader> look(const Module& module, const std::string& reader_name) {
    return look_at(module, module.slots(), reader_name);
}

std::vector<Reader> look_now(const Module& module) { return look_at(module, module.slots(), {}); }

Failure no_token(const std::vector<Reader>& readers) {
    if (readers.empty()) {
        const MachineFacts facts = look_at_machine();
        const auto trouble = reader_trouble(facts);
        if (!trouble) return {Exit::no_card, say(Text::no_reader), say(Text::ask_the_doctor)};
        const bool service = trouble->check == "service";
        return Failure(service ? Exit::failed : Exit::no_card, trouble->what, trouble->cure())
            .of(trouble->check, std::string(service ? service_state(facts) : reader_state(facts)));
    }
    const Reader& telling =
        *std::ranges::max_element(readers, {}, [](const Reader& one) { return one.card.state; });
    // A card that answers, and does not have what was wanted.
    if (telling.card.state == CardState::present)
        return Failure(Exit::no_card, say(Text::no_key)).of("card", std::string(name_of(CardState::present)));
    return failure_of(telling.card, telling.name);
}

Token find_token(const Module& module, KeyPurpose purpose, const std::string& reader_name) {
    std::optional<Token> found;
    std::string names;
    auto readers = look(module, reader_name);
    for (Reader& reader : readers) {
        const auto token = std::ranges::find(reader.tokens, purpose, &Token::purpose);
        if (token == reader.tokens.end()) continue;
        names += (names.empty() ? "" : ", ") + reader.name;
        // A PIN for one person's card must not be spent on another's.
        if (found) throw Failure(Exit::usage, say(Text::several_cards, names), say(Text::choose_reader));
        found = std::move(*token);
    }
    if (!found) throw no_token(readers);
    return *std::move(found);
}

}  // namespace jpki::app
