#include "kinds.hpp"

namespace jpki::testing {

namespace {

PurposeFacts authentication() {
    return {.slot = kAuth,
            .label = "JPKI User Authentication",
            .objects = "User Authentication",
            .id = 0x01,
            .authority_id = 0x03,
            .certificate = vcard::Role::kAuthCert,
            .authority = vcard::Role::kAuthCa,
            .pin_file = vcard::Role::kAuthPin,
            .certificate_needs_login = false,
            .tries = 3,
            .shortest_pin = 4,
            .longest_pin = 4,
            .pin = kAuthPin,
            .wrong_pins = {"9999", "0000"},
            .impossible_pins = {"123", "12345", "12a4", "ABC123"},
            .new_pins = {"4321"}};
}

PurposeFacts signature() {
    return {.slot = kSign,
            .label = "JPKI Digital Signature",
            .objects = "Digital Signature",
            .id = 0x02,
            .authority_id = 0x04,
            .certificate = vcard::Role::kSignCert,
            .authority = vcard::Role::kSignCa,
            .pin_file = vcard::Role::kSignPin,
            .certificate_needs_login = true,
            .tries = 5,
            .shortest_pin = 6,
            .longest_pin = 16,
            .pin = kSignPin,
            .wrong_pins = {"WRONG1", "WRONG1WRONG1WRON"},
            .impossible_pins = {"ABC12", "ABCDEFGH123456789", "ABC-12", "1234"},
            .new_pins = {"XYZ789", "ABCDEFGH12345678"}};
}

Kind my_number(std::string name, std::vector<std::pair<const char*, const char*>> settings = {}) {
    return {.name = std::move(name),
            .make = default_card,
            .settings = std::move(settings),
            .model = "My Number Card",
            .family = JPKI_FAMILY_MY_NUMBER,
            .purposes = {authentication(), signature()}};
}

Kind juki() {
    PurposeFacts only = signature();
    only.bits = 1024;
    only.shortest_pin = 4;
    only.wrong_pins = {"BAD1", "WRONG1WRONG1WRON"};
    only.impossible_pins = {"AB1", "ABCDEFGH123456789", "A-12"};
    only.new_pins = {"XY79", "ABCDEFGH12345678"};
    return {.name = "Juki",
            .make = juki_card,
            .settings = {},
            .model = "Juki Card",
            .family = JPKI_FAMILY_JUKI,
            .pss = false,
            .purposes = {only}};
}

Kind phone(std::string name, std::shared_ptr<vcard::Card> (*make)(), std::string model, CK_ULONG family) {
    PurposeFacts guarded = authentication();
    guarded.certificate_needs_login = true;
    return {.name = std::move(name),
            .make = make,
            .settings = {},
            .model = std::move(model),
            .family = family,
            .purposes = {guarded, signature()}};
}

}  // namespace

std::vector<Kind> kinds() {
    std::vector<Kind> all{my_number("Default"), juki(),
                          phone("Android", android_card, "JPKI Android", JPKI_FAMILY_ANDROID),
                          phone("Iphone", iphone_card, "JPKI iPhone", JPKI_FAMILY_IPHONE)};
    // Before a login it cannot be asked for PSS: nobody has seen what a card answers then.
    all.push_back(my_number("Witnessed", {{"commands", "witnessed"}}));
    all.back().pss = false;
    // Holders may leave out either certificate, and the young have none for signatures. How a card says so is
    // not published.
    for (const auto& [way, named] :
         {std::pair{"absent", "No"}, std::pair{"blank", "Blank"}, std::pair{"garbage", "Garbage"}}) {
        Kind kind = my_number(std::string(named) + "AuthenticationCertificate", {{"auth-cert", way}});
        kind.purposes.front().certificate_missing = true;
        all.push_back(kind);
        kind = my_number(std::string(named) + "SignatureCertificate", {{"sign-cert", way}});
        kind.purposes.back().certificate_missing = true;
        all.push_back(kind);
    }
    for (const auto& [answer, named] :
         {std::pair{"6984", "6984"}, std::pair{"6983", "6983"}, std::pair{"63c0", "63C0"}}) {
        Kind kind = my_number(std::string("BlockedAuthentication") + named,
                              {{"auth-pin", "blocked"}, {"blocked-query", answer}});
        kind.purposes.front().blocked = true;
        all.push_back(kind);
        kind = my_number(std::string("BlockedSignature") + named,
                         {{"sign-pin", "blocked"}, {"blocked-query", answer}});
        kind.purposes.back().blocked = true;
        all.push_back(kind);
    }
    return all;
}

void EveryKind::SetUp() {
    card = GetParam().make();
    readers.insert(card);
    for (const auto& [name, value] : GetParam().settings)
        ASSERT_TRUE(set(name, value)) << name << '=' << value;
    // What is tested here does not rest on how long anything takes.
    timing.linger = std::chrono::milliseconds(5);
    timing.poll = std::chrono::milliseconds(10);
    initialize();
}

vcard::PinOracle EveryKind::pin_oracle(const PurposeFacts& purpose) {
    return purpose.slot == kAuth ? oracle().auth_pin : oracle().sign_pin;
}

vcard::KeyOracle EveryKind::key_oracle(const PurposeFacts& purpose) {
    return purpose.slot == kAuth ? oracle().auth_key : oracle().sign_key;
}

unsigned EveryKind::verifies() {
    const vcard::Oracle seen = oracle();
    return seen.auth_pin.verifies + seen.sign_pin.verifies + seen.other_pins.verifies;
}

JPKI_TOKEN_STATUS EveryKind::vendor_status(CK_SLOT_ID slot) {
    std::string name = JPKI_INTERFACE_NAME;
    CK_INTERFACE* found = nullptr;
    JPKI_TOKEN_STATUS status{};
    status.ulSize = sizeof status;
    EXPECT_EQ(C_GetInterface(reinterpret_cast<CK_UTF8CHAR*>(name.data()), nullptr, &found, 0), CKR_OK);
    if (found == nullptr) return status;
    const auto* list = static_cast<const JPKI_FUNCTION_LIST*>(found->pFunctionList);
    EXPECT_EQ(list->JPKI_GetTokenStatus(slot, &status), CKR_OK);
    return status;
}

std::vector<CK_MECHANISM_TYPE> EveryKind::mechanisms(CK_SLOT_ID slot) {
    CK_ULONG count = 0;
    EXPECT_EQ(C_GetMechanismList(slot, nullptr, &count), CKR_OK);
    std::vector<CK_MECHANISM_TYPE> types(count);
    EXPECT_EQ(C_GetMechanismList(slot, types.data(), &count), CKR_OK);
    types.resize(count);
    return types;
}

CK_RV EveryKind::change_pin(CK_SESSION_HANDLE session, std::string_view from, std::string_view to) {
    // One byte more each, so that an empty PIN is still not a null pointer.
    Bytes old_pin = to_bytes(from);
    Bytes new_pin = to_bytes(to);
    old_pin.push_back('#');
    new_pin.push_back('#');
    return C_SetPIN(session, old_pin.data(), static_cast<CK_ULONG>(from.size()), new_pin.data(),
                    static_cast<CK_ULONG>(to.size()));
}

}  // namespace jpki::testing
