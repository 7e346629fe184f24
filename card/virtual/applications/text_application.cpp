// 券面入力補助: My Number and the four basic attributes (name, address, birth, sex) as text.
// The PIN opens both, secret A the number only, secret B the attributes only.
#include "virtual/applications/applications.hpp"

namespace jpki::vcard {
namespace {

constexpr std::uint16_t kPin = 0x0011;
constexpr std::uint16_t kCodeA = 0x0014;
constexpr std::uint16_t kCodeB = 0x0015;
constexpr Guard kAnySecret{kPin, kCodeA, kCodeB};

std::vector<Bytes> attributes(const Surface& surface) {
    return {object(0xDF22, to_bytes(surface.person.name)), object(0xDF23, to_bytes(surface.person.address)),
            object(0xDF24, to_bytes(surface.printed.birth)), object(0xDF25, to_bytes(surface.person.sex))};
}

// Over the number's whole file with its filler, but over the attributes without filler and without their
// table.
Bytes integrity(const Surface& surface, ByteView number_file) {
    const Bytes digests =
        joined({object(0xDF31, sha256(number_file)), object(0xDF32, sha256(joined(attributes(surface))))});
    return object(0xFF30, joined({digests, object(0xDF33, signature(surface.municipality, digests))}));
}

Bytes signed_key(const Surface& surface, const RsaKey& key) {
    const Bytes field = object(0xDF51, public_key(key));
    return object(0xFF50, joined({field, object(0xDF52, signature(surface.municipality, field))}));
}

// The last 128 bytes were seen as 32 of something and filler.
Bytes basic_information() {
    return object(0xFF40,
                  joined({object(0xDF41, Bytes{0x01, 0x03, 0x0E, 0x01}), object(0xDF42, key_id("6000034")),
                          object(0xDF43, filled(sha256(key_id("6000034")), 128))}));
}

// The tag has one byte.
Bytes session_key(const RsaKey& key) {
    const Bytes content = public_key(key);
    Bytes file{0xA1};
    append(file, slice(object(0xFFFF, content), 2));
    return file;
}

}  // namespace

Application text_application(const Surface& surface) {
    const RsaKey signing = RsaKey::generate();
    const RsaKey session = RsaKey::generate();
    const Bytes number = filled(object(0xFF10, to_bytes(surface.printed.my_number)), 17);
    return {.name = "text",
            .aid = surface_name(0x04, 0x08),
            .files = {
                data(0x0001, number, {kPin, kCodeA}),
                data(0x0002, filled(object_with_offsets(0xFF20, 0xDF21, attributes(surface)), 512),
                     {kPin, kCodeB}),
                data(0x0003, integrity(surface, number), kAnySecret),
                data(0x0004, surface.certificate_file("6000033")),
                data(0x0005, basic_information()),
                data(0x0006, session_key(session), kAnySecret),
                data(0x0007, signed_key(surface, signing), kAnySecret),
                data(0x0008, Bytes(16, 0xFF)),
                pin(kPin, "1234", 3),
                blocked_pin(0x0012),
                private_key(0x0013, Role::kTextKey, kFree, signing.to_der()),
                pin(kCodeA, surface.printed.my_number, 10),
                pin(kCodeB, surface.printed.code_b(), 10),
            }};
}

}  // namespace jpki::vcard
