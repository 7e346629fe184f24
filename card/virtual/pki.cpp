// See pki.hpp. A certificate is written as its ASN.1 reads (RFC 5280 §4.1), once per trial length of the
// padding text; only the one of the wanted size is signed.
#include "virtual/pki.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "virtual/der.hpp"

namespace jpki::vcard {
namespace {

using namespace der;

constexpr std::string_view kPolicyArc = "1.2.392.200149.8.5.1.";
constexpr std::string_view kAttributeArc = "1.2.392.200149.8.5.5.";
constexpr std::string_view kPractice = "http://www.jpki-test.example/cps.html";
constexpr std::string_view kPaddingText =
    "This certificate belongs to a virtual card for testing and has no legal value. ";

Bytes attribute(std::string_view type, Bytes value) { return set(sequence({oid(type), std::move(value)})); }
Bytes country() { return attribute("2.5.4.6", printable("JP")); }
Bytes locality(std::string_view name) { return attribute("2.5.4.7", utf8(name)); }
Bytes organisation() { return attribute("2.5.4.10", utf8("JPKI-TEST")); }
Bytes unit(std::string_view name) { return attribute("2.5.4.11", utf8(name)); }
Bytes common_name(std::string_view name) { return attribute("2.5.4.3", utf8(name)); }

Bytes authority_name(const AuthorityProfile& authority) {
    return sequence({country(), organisation(), unit(authority.units[0]), unit(authority.units[1])});
}

Bytes serial(std::uint32_t value) {
    const Bytes octets{
        static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>((value >> 16U) & 0xFFU),
        static_cast<std::uint8_t>((value >> 8U) & 0xFFU), static_cast<std::uint8_t>(value & 0xFFU)};
    return integer(octets);
}

Bytes extension(std::string_view id, bool critical, const Bytes& value) {
    return critical ? sequence({oid(id), boolean_true(), octet_string(value)})
                    : sequence({oid(id), octet_string(value)});
}
// GeneralName directoryName is [4]; a Name is a CHOICE, hence explicit (RFC 5280 §4.2.1.6).
Bytes directory(const Bytes& name) { return context(4, name); }

Bytes key_usage(std::uint8_t bits, unsigned unused) {
    const Bytes octet{bits};
    return extension("2.5.29.15", true, bit_string(octet, unused));
}
Bytes key_identifier(ByteView key_octets) {
    return extension("2.5.29.14", false, octet_string(sha1(key_octets)));
}
Bytes authority_key(ByteView key_octets) {
    return extension("2.5.29.35", false, sequence({context_primitive(0, sha1(key_octets))}));
}

// A text of `length` characters in as many organisational units as X.520's bound allows.
struct Padding {
    std::size_t length = 0;
    std::size_t per_unit = 64;
};
Bytes distribution_point(const Padding& padding) {
    std::vector<Bytes> name{country(), organisation()};
    for (std::size_t done = 0; done < padding.length;) {
        const std::size_t count = std::min(padding.per_unit, padding.length - done);
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += kPaddingText[(done + i) % kPaddingText.size()];
        name.push_back(unit(text));
        done += count;
    }
    name.push_back(common_name("CRLDP"));
    // DistributionPoint [0], of it fullName [0] (RFC 5280 §4.2.1.13)
    return extension("2.5.29.31", false,
                     sequence({sequence({context(0, context(0, directory(sequence(name))))})}));
}

Bytes certificate_policies(const CertificateProfile& profile) {
    const Bytes qualifier = sequence({oid("1.3.6.1.5.5.7.2.1"), ia5(kPractice)});
    return extension(
        "2.5.29.32", profile.policy_critical,
        sequence({sequence({oid(std::string(kPolicyArc).append(profile.policy)), sequence({qualifier})})}));
}

Bytes other_name(std::string_view leaf, std::string_view value) {
    Bytes content = oid(std::string(kAttributeArc).append(leaf));
    append(content, context(0, utf8(value)));
    return context(0, content);
}
// One flag digit a character: 0 = written as it is, no substitute (代替文字).
std::string substitute_flags(std::string_view text) {
    const auto characters = std::ranges::count_if(
        text, [](char octet) { return (static_cast<unsigned char>(octet) & 0xC0U) != 0x80U; });
    return std::string(static_cast<std::size_t>(characters), '0');
}
Bytes personal_attributes(const Person& person) {
    return extension(
        "2.5.29.17", false,
        sequence({other_name("1", person.name), other_name("2", substitute_flags(person.name)),
                  other_name("3", person.sex), other_name("4", person.birth), other_name("5", person.address),
                  other_name("6", substitute_flags(person.address))}));
}

Bytes service_name(std::string_view id, std::string_view part) {
    Bytes name = part.empty()
                     ? sequence({country(), organisation(), unit("公的個人認証サービス")})
                     : sequence({country(), organisation(), unit("公的個人認証サービス"), unit(part)});
    return extension(id, false, sequence({directory(name)}));
}

// Everything of a TBSCertificate; the extensions are made anew for every trial padding.
struct Blueprint {
    std::uint32_t serial_number;
    Bytes issuer;
    Validity validity;
    Bytes subject;
    Bytes key_info;
    bool sha1;
    std::function<std::vector<Bytes>(const Padding&)> extensions;
};

// sha1WithRSAEncryption or sha256WithRSAEncryption (RFC 8017 appendix C)
Bytes algorithm(const Blueprint& plan) {
    return sequence({oid(plan.sha1 ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11"), null()});
}

Bytes to_be_signed(const Blueprint& plan, const Padding& padding) {
    const Bytes version3{0x02, 0x01, 0x02};
    return sequence(
        {context(0, version3), serial(plan.serial_number), algorithm(plan), plan.issuer,
         sequence({time(plan.validity.not_before, "010000"), time(plan.validity.not_after, "145959")}),
         plan.subject, plan.key_info, context(3, sequence(plan.extensions(padding)))});
}

Bytes assemble(const Blueprint& plan, const Bytes& tbs, ByteView signature) {
    return sequence({tbs, algorithm(plan), bit_string(signature)});
}

// DER lengths jump where a length needs another octet, so a size can be unreachable with one division into
// units.
std::optional<Padding> padding_for(const Blueprint& plan, std::size_t size, ByteView any_signature) {
    for (std::size_t per_unit = 64; per_unit >= 48; --per_unit) {
        for (std::size_t length = 0; length < 2000; ++length) {
            const Padding padding{length, per_unit};
            const std::size_t reached = assemble(plan, to_be_signed(plan, padding), any_signature).size();
            if (reached == size) return padding;
            if (reached > size) break;
        }
    }
    return std::nullopt;
}

Bytes issue(const Blueprint& plan, std::size_t size, const RsaKey& issuer_key) {
    const std::optional<Padding> padding = padding_for(plan, size, Bytes(issuer_key.modulus_octets()));
    if (!padding) throw ImageError("no certificate of " + std::to_string(size) + " octets can be made");
    const Bytes tbs = to_be_signed(plan, *padding);
    const Bytes digest_info = plan.sha1 ? sha1_digest_info(sha1(tbs)) : sha256_digest_info(sha256(tbs));
    return assemble(plan, tbs, issuer_key.sign_block(digest_info));
}

}  // namespace

Authority make_authority(Family family, Side side, const Validity& needed) {
    const AuthorityProfile& data = *certificate_profile(family, side).issuer;
    const RsaKey key = RsaKey::generate();
    const Blueprint plan{.serial_number = data.serial,
                         .issuer = authority_name(data),
                         .validity = {std::min(needed.not_before, std::string(data.not_before)),
                                      std::max(needed.not_after, std::string(data.not_after))},
                         .subject = authority_name(data),
                         .key_info = key.public_key_info(),
                         .sha1 = data.sha1,
                         .extensions = [&](const Padding& padding) {
                             return std::vector<Bytes>{
                                 key_usage(0x06, 1),  // keyCertSign, cRLSign
                                 service_name("2.5.29.17", data.unit_ja),
                                 extension("2.5.29.19", true, sequence({boolean_true()})),
                                 distribution_point(padding),
                                 key_identifier(key.public_key_octets()),
                             };
                         }};
    return {.certificate = issue(plan, data.size, key), .key = key.to_der()};
}

Bytes make_certificate(Family family, Side side, const Person& person, const RsaKey& key,
                       const Authority& issuer, const Validity& validity) {
    const CertificateProfile& profile = certificate_profile(family, side);
    const std::optional<RsaKey> issuer_key = RsaKey::from_der(issuer.key);
    if (!issuer_key) throw ImageError("the issuer's key is no RSA key");
    const bool sign = side == Side::kSign;
    const Blueprint plan{
        .serial_number = (sign ? person.sign_serial : person.auth_serial) + profile.serial_offset,
        .issuer = authority_name(*profile.issuer),
        .validity = validity,
        .subject = sign ? sequence({country(), organisation(), locality(person.municipality),
                                    common_name(person.sign_id)})
                        : sequence({country(), organisation(), common_name(person.id)}),
        .key_info = key.public_key_info(),
        .sha1 = profile.issuer->sha1,
        .extensions = [&](const Padding& padding) {
            std::vector<Bytes> list{key_usage(profile.key_usage, profile.key_usage_unused_bits),
                                    certificate_policies(profile)};
            if (sign) list.push_back(personal_attributes(person));
            list.push_back(service_name("2.5.29.18", ""));
            list.push_back(distribution_point(padding));
            list.push_back(authority_key(issuer_key->public_key_octets()));
            list.push_back(key_identifier(key.public_key_octets()));
            return list;
        }};
    const std::size_t size = sign ? person.sign_size : person.auth_size;
    return issue(plan, size - profile.smaller_by, *issuer_key);
}

}  // namespace jpki::vcard
