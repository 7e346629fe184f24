// See image_maker.hpp. The tables below are a My Number Card's applications and files as public sources name
// them; the other families' are parts of these, as family.hpp says.
#include "virtual/image/image_maker.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "virtual/applications/applications.hpp"
#include "virtual/image/pki.hpp"

namespace jpki::vcard {
namespace {

constexpr std::size_t kCertificateFile = 2048;
constexpr std::size_t kSignCertificateFile = 2560;

void append_padded(Bytes& to, std::string_view text, std::size_t width) {
    append(to, to_bytes(text));
    to.insert(to.end(), width - text.size(), ' ');
}

// A serialized CK_TOKEN_INFO with 32-bit big-endian integers, 160 bytes.
Bytes token_information(const FamilyInfo& family, const Person& person) {
    Bytes out;
    append_padded(out, family.token_label, 32);
    append(out, to_bytes(std::string(31, '0') + "1"));
    append_padded(out, family.token_model, 16);
    append_padded(out, family.serial_mark + person.token_serial.substr(1), 16);
    // flags (RNG, login required, PIN and token initialised), sessions max/now, read-write max/now, PIN
    // max/min, memory
    constexpr std::uint32_t kUnavailable = 0xFFFFFFFF;
    const auto least = static_cast<std::uint32_t>(family.least_password);
    for (const std::uint32_t number :
         {0x40DU, 1U, 0U, 1U, 0U, 16U, least, kUnavailable, kUnavailable, kUnavailable, kUnavailable}) {
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            out.push_back(static_cast<std::uint8_t>((number >> shift) & 0xFFU));
    }
    append(out, to_bytes(std::string_view("0301")));
    append(out, to_bytes(std::string(16, '9')));
    return out;
}

struct KeyPair {
    RsaKey key;
    Bytes certificate;
};
KeyPair make_key_pair(KeyPurpose purpose, const MakeOptions& options, const Person& person,
                      const Authority& issuer) {
    RsaKey key = RsaKey::generate(family_info(options.family).key_bytes);
    Bytes certificate = make_certificate({options.family, options.profile}, purpose, person, key, issuer,
                                         {options.not_before, options.not_after});
    return {std::move(key), std::move(certificate)};
}

// What every family has: the signature key, its certificates and its password.
std::vector<File> signature_files(const MakeOptions& options, const Person& person,
                                  const Image& authorities) {
    KeyPair pair = make_key_pair(KeyPurpose::signature, options, person, authorities.sign_ca);
    const FamilyInfo& family = family_info(options.family);
    const auto authentication = static_cast<std::uint8_t>(family.has_authentication ? 0x8F : 0x00);
    return {
        certificate(0x0001, Role::kSignCert, std::move(pair.certificate), kSignCertificateFile, {0x001B}),
        certificate(0x0002, Role::kSignCa, authorities.sign_ca.certificate, kCertificateFile),
        {.id = 0x0006, .role = Role::kTokenInfo, .body = token_information(family, person)},
        {.id = 0x0008, .role = Role::kAvailability, .body = {0x8F, authentication, 0x00}},
        private_key(0x001A, Role::kSignKey, {0x001B}, pair.key.to_der()),
        pin(0x001B, options.sign_pin, 5, Role::kSignPin),
    };
}

// What came with the authentication key.
std::vector<File> authentication_files(const MakeOptions& options, const Person& person,
                                       const Image& authorities) {
    KeyPair pair = make_key_pair(KeyPurpose::authentication, options, person, authorities.auth_ca);
    const Guard guard = family_info(options.family).auth_cert_guarded ? Guard{0x0018} : kFree;
    return {
        data(0x0009, Bytes(16, 0x00), kNever),
        certificate(0x000A, Role::kAuthCert, std::move(pair.certificate), kCertificateFile, guard),
        certificate(0x000B, Role::kAuthCa, authorities.auth_ca.certificate, kCertificateFile),
        issuer_secret(0x0010),
        issuer_key(0x0016),
        private_key(0x0017, Role::kAuthKey, {0x0018}, pair.key.to_der()),
        pin(0x0018, options.auth_pin, 3, Role::kAuthPin),
    };
}

Application jpki_application(const MakeOptions& options, const Person& person, const Image& authorities) {
    Application jpki{.name = std::string(kJpki),
                     .aid = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
                     .files = signature_files(options, person, authorities)};
    if (family_info(options.family).has_authentication) {
        std::ranges::move(authentication_files(options, person, authorities), std::back_inserter(jpki.files));
    }
    std::ranges::sort(jpki.files, {}, &File::id);
    return jpki;
}

// `authority` is the key that the card-verifiable certificates are checked with.
std::vector<Application> my_number_applications(const MakeOptions& options, const Person& person,
                                                RsaKey authority) {
    std::string expiry = options.not_after;
    std::erase(expiry, '-');
    const Surface surface{person, printed(person, options.person, expiry), std::move(authority)};
    return {text_application(surface), visual_application(surface), residence_application(),
            common_application(surface), card_manager(surface)};
}

// What the card manager of another family would tell is not known.
std::vector<Application> other_applications(const MakeOptions& options, const Person& person,
                                            const Image& image) {
    if (options.family == Family::kMyNumber) {
        std::optional<RsaKey> authority = RsaKey::from_der(image.surface_ca.key);
        if (!authority) throw ImageError("the key of the card-verifiable certificates is no RSA key");
        return my_number_applications(options, person, std::move(*authority));
    }
    std::vector<Application> all{residence_application(), silent_card_manager()};
    std::erase_if(all, [&](const Application& application) {
        return !family_info(options.family).has_application(application.name);
    });
    return all;
}

void check_pins(const MakeOptions& options) {
    const FamilyInfo& family = family_info(options.family);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const bool four_digits = options.auth_pin.size() == 4 && std::ranges::all_of(options.auth_pin, digit);
    if (family.has_authentication && !four_digits) {
        throw ImageError("the authentication PIN is four digits");
    }
    const bool allowed = std::ranges::all_of(options.sign_pin, [&](char c) { return digit(c) || upper(c); });
    if (options.sign_pin.size() < family.least_password || options.sign_pin.size() > 16 || !allowed) {
        throw ImageError("the signature password is " + std::to_string(family.least_password) +
                         " to 16 of A to Z and 0 to 9");
    }
}

// One authority for all card-verifiable certificates; images made before there were any have none.
Authority surface_authority(const MakeOptions& options) {
    if (!family_info(options.family).has_application("text")) return {};
    if (options.issuer != nullptr && !options.issuer->surface_ca.key.empty())
        return options.issuer->surface_ca;
    return {.certificate = {}, .key = RsaKey::generate().to_der()};
}

void take_authorities(Image& image, const MakeOptions& options) {
    image.surface_ca = surface_authority(options);
    if (options.issuer != nullptr) {
        const FamilyInfo& issuer = family_info(options.issuer->family);
        if (issuer.authority_prefix != family_info(image.family).authority_prefix) {
            throw ImageError("the authorities of this image do not issue for the family");
        }
        image.auth_ca = options.issuer->auth_ca;
        image.sign_ca = options.issuer->sign_ca;
        return;
    }
    const Validity needed{options.not_before, options.not_after};
    const CardKind kind{image.family, options.profile};
    if (family_info(image.family).has_authentication) {
        image.auth_ca = make_authority(kind, KeyPurpose::authentication, needed);
    }
    image.sign_ca = make_authority(kind, KeyPurpose::signature, needed);
}

}  // namespace

Image make_image(const MakeOptions& wanted) {
    MakeOptions options = wanted;
    const FamilyInfo& family = family_info(options.family);
    if (options.not_before.empty()) options.not_before = family.not_before;
    if (options.not_after.empty()) options.not_after = family.not_after;
    check_pins(options);
    if (options.not_after < options.not_before) throw ImageError("a certificate cannot end before it begins");
    Image image{.person = options.person, .family = options.family};
    for (const std::string_view assignment : family.personality)
        image.personality.set(assignment);
    take_authorities(image, options);
    const Person holder = person(options.person);
    image.applications = other_applications(options, holder, image);
    image.applications.insert(image.applications.begin(), jpki_application(options, holder, image));
    return image;
}

}  // namespace jpki::vcard
