// See certificate_parts.hpp.
#include "virtual/image/certificate_parts.hpp"

#include <algorithm>
#include <string>

#include "virtual/image/der.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard::parts {
namespace {

using namespace der;

constexpr std::string_view kOrganisation = "JPKI-TEST";
constexpr std::string_view kPolicyArc = "1.2.392.200149.8.5.1.";
constexpr std::string_view kAttributeArc = "1.2.392.200149.8.5.5.";
// Reserved names (RFC 2606): nobody answers there, as nobody of the public is answered at the real responder.
constexpr std::string_view kPractice = "http://jpki.test/cps.html";
constexpr std::string_view kResponder = "http://ocsp.jpki.test";
constexpr std::string_view kPaddingText =
    "This certificate belongs to a virtual card for testing and has no legal value. ";

Bytes attribute(std::string_view type, Bytes value) { return set(sequence({oid(type), std::move(value)})); }
Bytes country() { return attribute("2.5.4.6", printable("JP")); }
Bytes locality(std::string_view name) { return attribute("2.5.4.7", utf8(name)); }
Bytes organisation(std::string_view name) { return attribute("2.5.4.10", utf8(name)); }
Bytes unit(std::string_view name) { return attribute("2.5.4.11", utf8(name)); }
Bytes common_name(std::string_view name) { return attribute("2.5.4.3", utf8(name)); }

Bytes extension(std::string_view id, bool critical, const Bytes& value) {
    return critical ? sequence({oid(id), boolean_true(), octet_string(value)})
                    : sequence({oid(id), octet_string(value)});
}
// GeneralName directoryName is [4]; a Name is a CHOICE, hence explicit (RFC 5280 §4.2.1.6).
Bytes directory(const Bytes& name) { return context(4, name); }

// DistributionPoint [0], of it fullName [0] (RFC 5280 §4.2.1.13)
Bytes distribution_point(const Bytes& name) {
    return extension("2.5.29.31", false, sequence({sequence({context(0, context(0, directory(name)))})}));
}

Bytes other_name(char leaf, std::string_view value) {
    Bytes content = oid(std::string(kAttributeArc) + leaf);
    append(content, context(0, utf8(value)));
    return context(0, content);
}
// One flag digit a character: 0 = written as it is, no substitute (代替文字).
std::string substitute_flags(std::string_view text) {
    const auto characters = std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
    return std::string(static_cast<std::size_t>(characters), '0');
}
std::string attribute_value(const Person& person, char leaf) {
    switch (leaf) {
        case '1': return person.name;
        case '2': return substitute_flags(person.name);
        case '3': return person.sex;
        case '4': return person.birth;
        case '5': return person.address;
        default: return substitute_flags(person.address);
    }
}

}  // namespace

Bytes authority_name(const AuthorityProfile& authority) {
    return sequence(
        {country(), organisation(kOrganisation), unit(authority.units[0]), unit(authority.units[1])});
}

Bytes holder_name(Profile profile, KeyPurpose purpose, const Person& person) {
    std::vector<Bytes> name{country()};
    if (profile == Profile::kPlain) name.push_back(organisation(kOrganisation));
    if (purpose == KeyPurpose::authentication) {
        name.push_back(common_name(person.id));
        return sequence(name);
    }
    if (profile == Profile::kReal) name.push_back(locality(person.prefecture));
    name.push_back(locality(person.municipality));
    name.push_back(common_name(person.sign_id));
    return sequence(name);
}

Bytes serial(std::uint32_t value) {
    Bytes bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes.push_back(static_cast<std::uint8_t>((value >> shift) & 0xFFU));
    return integer(bytes);
}

Bytes key_usage(std::uint8_t bits, unsigned unused) {
    const Bytes byte{bits};
    return extension("2.5.29.15", true, bit_string(byte, unused));
}

Bytes client_auth() { return extension("2.5.29.37", false, sequence({oid("1.3.6.1.5.5.7.3.2")})); }

Bytes policies(std::string_view policy, bool critical) {
    const Bytes practice = sequence({oid("1.3.6.1.5.5.7.2.1"), ia5(kPractice)});
    return extension(
        "2.5.29.32", critical,
        sequence({sequence({oid(std::string(kPolicyArc).append(policy)), sequence({practice})})}));
}

Bytes person_attributes(const Person& person, std::string_view order) {
    std::vector<Bytes> names;
    for (const char leaf : order)
        names.push_back(other_name(leaf, attribute_value(person, leaf)));
    return extension("2.5.29.17", false, sequence(names));
}

Bytes basic_constraints() { return extension("2.5.29.19", true, sequence({boolean_true()})); }

Bytes subject_alternative_name(const AuthorityProfile& authority) {
    const auto& [organisation_ja, first, second] = authority.alternative_name;
    const Bytes name = sequence({country(), organisation(organisation_ja), unit(first), unit(second)});
    return extension("2.5.29.17", false, sequence({directory(name)}));
}

Bytes issuer_alternative_name(const AuthorityProfile& issuer) {
    const auto& [organisation_ja, first, second] = issuer.alternative_name;
    std::vector<Bytes> name{country(), organisation(organisation_ja), unit(first)};
    if (issuer.profile == Profile::kReal) name.push_back(unit(second));
    return extension("2.5.29.18", false, sequence({directory(sequence(name))}));
}

Bytes responder() {
    const Bytes address = context_primitive(6, to_bytes(kResponder));  // uniformResourceIdentifier
    return extension("1.3.6.1.5.5.7.1.1", false, sequence({sequence({oid("1.3.6.1.5.5.7.48.1"), address})}));
}

Bytes subject_key(ByteView key_bytes) { return extension("2.5.29.14", false, octet_string(sha1(key_bytes))); }

Bytes authority_key(const AuthorityProfile& issuer, ByteView key_bytes, Profile profile) {
    std::vector<Bytes> fields{context_primitive(0, sha1(key_bytes))};
    if (profile == Profile::kReal) {
        fields.push_back(context(1, directory(authority_name(issuer))));
        Bytes number = serial(issuer.serial);
        number.front() = 0x82;  // [2] IMPLICIT INTEGER
        fields.push_back(std::move(number));
    }
    return extension("2.5.29.35", false, sequence(fields));
}

Bytes own_distribution_point(const AuthorityProfile& authority) {
    return distribution_point(authority_name(authority));
}

Bytes municipal_distribution_point(const AuthorityProfile& issuer, const Person& person) {
    return distribution_point(sequence({country(), organisation(kOrganisation), unit(issuer.units[0]),
                                        unit("CRL Distribution Points"), unit(person.prefecture),
                                        common_name(person.municipality + " CRLDP")}));
}

Bytes padded_distribution_point(const Padding& padding) {
    std::vector<Bytes> name{country(), organisation(kOrganisation)};
    for (std::size_t done = 0; done < padding.length;) {
        const std::size_t count = std::min(padding.per_unit, padding.length - done);
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += kPaddingText[(done + i) % kPaddingText.size()];
        name.push_back(unit(text));
        done += count;
    }
    name.push_back(common_name("CRLDP"));
    return distribution_point(sequence(name));
}

}  // namespace jpki::vcard::parts
