// What is the card's own: the common data (共通), the residence record (住基) and the objects of the card
// manager.
#include "virtual/applications/applications.hpp"
#include "virtual/image/der.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint16_t kPin = 0x001C;

// The same in both applications; which key it names nobody knows.
File key_reference() { return record(0x0002, key_id("6000010")); }

// GlobalPlatform's card recognition data (card specification 2.3, annex H.2), without their template 66.
Bytes recognition_data() {
    const auto arc = [](std::string_view leaf) { return der::oid("1.2.840.114283." + std::string(leaf)); };
    return der::tlv(0x73, joined({arc("1"), der::tlv(0x60, arc("2.2.1.1")), der::tlv(0x63, arc("3")),
                                  der::tlv(0x64, arc("4.2.85"))}));
}

}  // namespace

Bytes Surface::certificate_file(std::string_view authority_number) const {
    return object(0x7F21, card_verifiable_certificate({municipality_id(), municipality},
                                                      {key_id(authority_number), authority}));
}

Application common_application(const Surface& surface) {
    const Printed& printed = surface.printed;
    const Bytes digits = to_bytes(printed.card_number + printed.municipality + printed.expiry);
    Bytes card_information{0x01, static_cast<std::uint8_t>(digits.size())};
    append(card_information, digits);
    return {.name = "common",
            .aid = surface_name(0x01, 0x00),
            .files = {record(0x0001, card_information), key_reference(),
                      private_key(0x0019, Role::kCommonKey, kFree, RsaKey::generate().to_der()),
                      pin(kPin, "1234", 3), issuer_secret(0x001E)}};
}

Application residence_application() {
    return {.name = "residence",
            .aid = surface_name(0x04, 0x01),
            .files = {key_reference(), pin(kPin, "1234", 3)}};
}

Application silent_card_manager() {
    return {.name = std::string(kCardManager), .aid = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}};
}

// 00F8 certifies the key that 00F7 names, and that key certifies the one in 7F21.
Application card_manager(const Surface& surface) {
    const Printed& printed = surface.printed;
    const Bytes contact_atr{0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};  // without its first byte
    const RsaKey between = RsaKey::generate();
    const NamedKey root{key_id("6000020"), surface.authority};
    const NamedKey intermediate{key_id("6000021"), between};
    const NamedKey lowest{surface.municipality_id(), surface.municipality};
    Application manager = silent_card_manager();
    manager.files = {data_object(0x0042, surface.municipality_id()),
                     data_object(0x0045, to_bytes(printed.card_number)),
                     data_object(0x0066, recognition_data()),
                     data_object(0x00F0, to_bytes(printed.municipality)),
                     data_object(0x00F2, to_bytes(printed.expiry)),
                     data_object(0x00F7, intermediate.id),
                     data_object(0x00F8, card_verifiable_certificate(intermediate, root)),
                     data_object(0x5F51, contact_atr),
                     data_object(0x7F21, card_verifiable_certificate(lowest, intermediate))};
    return manager;
}

}  // namespace jpki::vcard
