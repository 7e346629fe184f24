// 券面事項確認: what the face of the card shows, signed, as pictures. The date of birth opens the record of
// the age, secret B (0012) the face, secret A (0013) the face and the number: the other way round than the
// order in the text application.
#include "virtual/applications/applications.hpp"
#include "virtual/applications/picture.hpp"
#include "virtual/image/der.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint16_t kBirth = 0x0011;
constexpr std::uint16_t kCodeB = 0x0012;
constexpr std::uint16_t kCodeA = 0x0013;

// `field`, the card's key and the municipality's signature over both.
Bytes record(std::uint16_t tag, ByteView field, const Surface& surface, const RsaKey& key) {
    const auto numbered = [&](unsigned n) {
        return static_cast<std::uint16_t>((0xDF00U | ((tag & 0xFFU) + n)));
    };
    const Bytes told = joined({object(numbered(1), field), object(numbered(2), public_key(key))});
    return object(tag, joined({told, object(numbered(3), signature(surface.municipality, told))}));
}

// The three digests stand in one DigestInfo.
Bytes face_signature(const Surface& surface, const std::vector<Bytes>& groups) {
    Bytes digests;
    for (const Bytes& group : groups)
        append(digests, sha256(group));
    return surface.municipality.sign_block(der::sequence(
        {der::sequence({der::oid("2.16.840.1.101.3.4.2.1"), der::null()}), der::octet_string(digests)}));
}

// The end of the card and the security code come after the signature, which is not over them.
Bytes face(const Surface& surface, const RsaKey& key) {
    const Bytes birth = object(0xDF22, to_bytes(surface.printed.birth));
    const Bytes sex = object(0xDF23, to_bytes(surface.person.sex));
    const Bytes card_key = object(0xDF24, public_key(key));
    const Bytes name = object(0xDF25, png_of_boxes(surface.person.name));
    const Bytes address = object(0xDF26, png_of_boxes(surface.person.address));
    const Bytes photograph = object(0xDF27, jp2_of_nobody(240, 320));
    const Bytes over_all =
        face_signature(surface, {joined({birth, sex, card_key}), joined({name, address}), photograph});
    return object_with_offsets(0xFF20, 0xDF21,
                               {birth, sex, card_key, name, address, photograph, object(0xDF28, over_all),
                                object(0xDF29, to_bytes(surface.printed.expiry)),
                                object(0xDF2A, png_of_digits(surface.printed.security_code))});
}

// The last 256 bytes are said to be opaque.
Bytes basic_information(const Surface& surface) {
    return object(0xFF30,
                  joined({object(0xDF31, Bytes{0x06, 0x03, 0x0E, 0x01}), object(0xDF32, key_id("6000024")),
                          object(0xDF33, Bytes{0x00}), object(0xDF34, to_bytes(surface.printed.municipality)),
                          object(0xDF35, joined({key_id("5900025"), random_bytes(256)}))}));
}

}  // namespace

Application visual_application(const Surface& surface) {
    const RsaKey key = RsaKey::generate();
    return {
        .name = "visual",
        .aid = surface_name(0x04, 0x02),
        .files = {
            data(0x0001, record(0xFF10, to_bytes(surface.printed.birth), surface, key), {kBirth}),
            data(0x0002, filled(face(surface, key), 4096), {kCodeA, kCodeB}),
            data(0x0003, basic_information(surface)),
            data(0x0004, surface.certificate_file("6000023")),
            data(0x0005, filled(record(0xFF40, png_of_digits(surface.printed.my_number), surface, key), 1024),
                 {kCodeA}),
            data(0x0006, Bytes(16, 0xFF), {kCodeA, kCodeB}),
            pin(kBirth, surface.printed.era_birth(), 10),
            pin(kCodeB, surface.printed.code_b(), 10),
            pin(kCodeA, surface.printed.my_number, 10),
            private_key(0x001A, Role::kVisualKey, kFree, key.to_der()),
        }};
}

}  // namespace jpki::vcard
