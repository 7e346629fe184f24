// See image_maker.hpp. The tables below are a My Number Card's applications and files as public sources name
// them; another family is another function of this kind.
#include "virtual/image_maker.hpp"

#include <algorithm>

#include "virtual/person.hpp"
#include "virtual/pki.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kCertificateFile = 2048;
constexpr std::size_t kSignCertificateFile = 2560;

File data(std::uint16_t id, Bytes body, std::uint16_t guard = kFree) {
    return {.id = id, .guard = guard, .body = std::move(body)};
}
File certificate(std::uint16_t id, Role role, Bytes der, std::size_t size, std::uint16_t guard = kFree) {
    return {
        .id = id, .role = role, .guard = guard, .body = std::move(der), .size = std::max(size, der.size())};
}
File pin(std::uint16_t id, std::string_view value, unsigned tries, Role role = Role::kNone) {
    return {.id = id,
            .kind = FileKind::kPin,
            .role = role,
            .guard = kNever,
            .body = to_bytes(value),
            .tries_left = tries,
            .tries_max = tries};
}
File private_key(std::uint16_t id, Role role, std::uint16_t pin_id, Bytes der) {
    return {.id = id, .kind = FileKind::kKey, .role = role, .guard = pin_id, .body = std::move(der)};
}
// A key reference that exists and that no holder can use (0010, 0016).
File issuer_key(std::uint16_t id) { return {.id = id, .kind = FileKind::kKey, .guard = kNever}; }
File object(std::uint16_t tag, Bytes value) {
    return {.id = tag, .kind = FileKind::kObject, .body = std::move(value)};
}

void append_padded(Bytes& to, std::string_view text, std::size_t width) {
    append(to, to_bytes(text));
    to.insert(to.end(), width - text.size(), ' ');
}

// A serialized CK_TOKEN_INFO with 32-bit big-endian integers, 160 octets.
Bytes token_information(const Person& person) {
    Bytes out;
    append_padded(out, "JPKIAPICCTOKEN2", 32);
    append(out, to_bytes(std::string(31, '0') + "1"));
    append_padded(out, "E16R01NJ", 16);
    append_padded(out, person.token_serial, 16);
    // flags (RNG, login required, PIN and token initialised), sessions max/now, read-write max/now, PIN
    // max/min, memory
    constexpr std::uint32_t kUnavailable = 0xFFFFFFFF;
    for (const std::uint32_t number :
         {0x40DU, 1U, 0U, 1U, 0U, 16U, 6U, kUnavailable, kUnavailable, kUnavailable, kUnavailable}) {
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            out.push_back(static_cast<std::uint8_t>((number >> shift) & 0xFFU));
    }
    append(out, to_bytes(std::string_view("0301")));
    append(out, to_bytes(std::string(16, '9')));
    return out;
}

Application jpki_application(const MakeOptions& options, const Person& person, const Image& authorities) {
    const Validity validity{options.not_before, options.not_after};
    const RsaKey auth = RsaKey::generate();
    const RsaKey sign = RsaKey::generate();
    Bytes auth_certificate = make_certificate(Side::kAuth, person, auth, authorities.auth_ca, validity);
    Bytes sign_certificate = make_certificate(Side::kSign, person, sign, authorities.sign_ca, validity);
    return {
        .name = std::string(kJpki),
        .aid = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
        .files = {
            certificate(0x0001, Role::kSignCert, std::move(sign_certificate), kSignCertificateFile, 0x001B),
            certificate(0x0002, Role::kSignCa, authorities.sign_ca.certificate, kCertificateFile),
            {.id = 0x0006, .role = Role::kTokenInfo, .body = token_information(person)},
            {.id = 0x0008, .role = Role::kAvailability, .body = {0x8F, 0x8F, 0x00}},
            data(0x0009, Bytes(16, 0x00), kNever),
            certificate(0x000A, Role::kAuthCert, std::move(auth_certificate), kCertificateFile),
            certificate(0x000B, Role::kAuthCa, authorities.auth_ca.certificate, kCertificateFile),
            issuer_key(0x0010),
            issuer_key(0x0016),
            private_key(0x0017, Role::kAuthKey, 0x0018, auth.to_der()),
            pin(0x0018, options.auth_pin, 3, Role::kAuthPin),
            private_key(0x001A, Role::kSignKey, 0x001B, sign.to_der()),
            pin(0x001B, options.sign_pin, 5, Role::kSignPin),
        }};
}

Bytes aid_31(std::uint8_t a, std::uint8_t b) {
    return {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, a, b};
}

std::vector<Application> other_applications(const Person& person, const std::string& expiry) {
    const std::string municipality = "99901";
    const Bytes contact_atr{0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};  // as in tag 5F51: without TS
    return {
        {.name = "text",
         .aid = aid_31(0x04, 0x08),
         .files = {data(0x0001, to_bytes(std::string_view("000000000000")), 0x0011),
                   data(0x0002, to_bytes(person.name + person.address + person.birth + person.sex), 0x0011),
                   pin(0x0011, "1234", 3), pin(0x0014, "000000000000", 10),
                   pin(0x0015, "85030533330599", 10)}},
        {.name = "visual",
         .aid = aid_31(0x04, 0x02),
         .files = {data(0x0001, Bytes(256, 0x5A), 0x0013), data(0x0002, Bytes(1024, 0xA5), 0x0012),
                   pin(0x0011, "1234", 3), pin(0x0012, "000000000000", 10),
                   pin(0x0013, "85030533330599", 10)}},
        {.name = "residence", .aid = aid_31(0x04, 0x01), .files = {pin(0x001C, "1234", 3)}},
        {.name = "common",
         .aid = aid_31(0x01, 0x00),
         .files = {{.id = 0x0001,
                    .kind = FileKind::kRecord,
                    .body = to_bytes(person.card_number + municipality + expiry)},
                   pin(0x001C, "1234", 3)}},
        {.name = std::string(kCardManager),
         .aid = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00},
         .files = {object(0x0042, Bytes(8, 0x00)), object(0x0045, to_bytes(person.card_number)),
                   object(0x0066, Bytes(16, 0x00)), object(0x00F0, to_bytes(municipality)),
                   object(0x00F2, to_bytes(expiry)), object(0x00F7, Bytes(4, 0x00)),
                   object(0x00F8, Bytes(4, 0x00)), object(0x5F51, contact_atr),
                   object(0x7F21, Bytes(307, 0x00))}},
    };
}

void check_pins(const MakeOptions& options) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (options.auth_pin.size() != 4 || !std::ranges::all_of(options.auth_pin, digit)) {
        throw ImageError("the authentication PIN is four digits");
    }
    const bool allowed = std::ranges::all_of(options.sign_pin, [&](char c) { return digit(c) || upper(c); });
    if (options.sign_pin.size() < 6 || options.sign_pin.size() > 16 || !allowed) {
        throw ImageError("the signature password is 6 to 16 of A to Z and 0 to 9");
    }
}

}  // namespace

Image make_image(const MakeOptions& options) {
    check_pins(options);
    if (options.not_after < options.not_before) throw ImageError("a certificate cannot end before it begins");
    Image image{.person = options.person};
    if (options.issuer != nullptr) {
        image.auth_ca = options.issuer->auth_ca;
        image.sign_ca = options.issuer->sign_ca;
    } else {
        // The authorities outlive every certificate of theirs, so that an expired card has a valid issuer.
        const Validity validity{std::min(options.not_before, std::string("2023-07-16")),
                                std::max(options.not_after, std::string("2033-07-15"))};
        image.auth_ca = make_authority(Side::kAuth, validity);
        image.sign_ca = make_authority(Side::kSign, validity);
    }
    const Person holder = person(options.person);
    std::string expiry = options.not_after;
    std::erase(expiry, '-');
    image.applications = other_applications(holder, expiry);
    image.applications.insert(image.applications.begin(), jpki_application(options, holder, image));
    return image;
}

}  // namespace jpki::vcard
