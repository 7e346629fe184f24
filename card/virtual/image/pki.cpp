// See pki.hpp. A certificate is written as its ASN.1 reads (RFC 5280 §4.1), a padded one once per trial
// length of its text; only the one of the wanted size is signed.
#include "virtual/image/pki.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "virtual/image/certificate_parts.hpp"
#include "virtual/image/der.hpp"

namespace jpki::vcard {
namespace {

using namespace der;
using parts::Padding;

// Everything of a TBSCertificate; the extensions are made anew for every trial padding.
struct Blueprint {
    std::uint32_t serial_number;
    Bytes issuer;
    Bytes validity;
    Bytes subject;
    Bytes key_info;
    bool sha1;
    std::size_t size;  // 0: as it comes, without padding
    std::function<std::vector<Bytes>(const Padding&)> extensions;
};

// The last day ends at midnight in Japan.
Bytes validity_of(const Validity& days, std::string_view clock) {
    return sequence({time(days.not_before, clock), time(days.not_after, "145959")});
}

// sha1WithRSAEncryption or sha256WithRSAEncryption (RFC 8017 appendix C)
Bytes algorithm(const Blueprint& plan) {
    return sequence({oid(plan.sha1 ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11"), null()});
}

Bytes to_be_signed(const Blueprint& plan, const Padding& padding) {
    const Bytes version3{0x02, 0x01, 0x02};
    return sequence({context(0, version3), parts::serial(plan.serial_number), algorithm(plan), plan.issuer,
                     plan.validity, plan.subject, plan.key_info,
                     context(3, sequence(plan.extensions(padding)))});
}

Bytes assemble(const Blueprint& plan, const Bytes& tbs, ByteView signature) {
    return sequence({tbs, algorithm(plan), bit_string(signature)});
}

// DER lengths jump where a length needs another byte, so a size can be unreachable with one division into
// units.
std::optional<Padding> padding_for(const Blueprint& plan, ByteView any_signature) {
    if (plan.size == 0) return Padding{};
    for (std::size_t per_unit = 64; per_unit >= 48; --per_unit) {
        for (std::size_t length = 0; length < 2000; ++length) {
            const Padding padding{length, per_unit};
            const std::size_t reached = assemble(plan, to_be_signed(plan, padding), any_signature).size();
            if (reached == plan.size) return padding;
            if (reached > plan.size) break;
        }
    }
    return std::nullopt;
}

Bytes issue(const Blueprint& plan, const RsaKey& issuer_key) {
    const std::optional<Padding> padding = padding_for(plan, Bytes(issuer_key.modulus_bytes()));
    if (!padding) throw ImageError("no certificate of " + std::to_string(plan.size) + " bytes can be made");
    const Bytes tbs = to_be_signed(plan, *padding);
    const Bytes digest_info = plan.sha1 ? sha1_digest_info(sha1(tbs)) : sha256_digest_info(sha256(tbs));
    return assemble(plan, tbs, issuer_key.sign_block(digest_info));
}

// What one extension of a holder's certificate is made from.
struct Holder {
    const CertificateProfile& profile;
    const Person& person;
    Bytes key;
    Bytes issuer_key;
};

Bytes holder_extension(Extension which, const Holder& of, const Padding& padding) {
    const CertificateProfile& profile = of.profile;
    switch (which) {
        case Extension::kKeyUsage: return parts::key_usage(profile.key_usage, profile.key_usage_unused_bits);
        case Extension::kClientAuth: return parts::client_auth();
        case Extension::kPolicy: return parts::policies(profile.policy, false);
        case Extension::kCriticalPolicy: return parts::policies(profile.policy, true);
        case Extension::kPerson: return parts::person_attributes(of.person, profile.person_attributes);
        case Extension::kIssuerName: return parts::issuer_alternative_name(*profile.issuer);
        case Extension::kDistributionPoint:
            return profile.profile == Profile::kReal
                       ? parts::municipal_distribution_point(*profile.issuer, of.person)
                       : parts::padded_distribution_point(padding);
        case Extension::kResponder: return parts::responder();
        case Extension::kAuthorityKey:
            return parts::authority_key(*profile.issuer, of.issuer_key, profile.profile);
        case Extension::kSubjectKey: return parts::subject_key(of.key);
    }
    return {};
}

}  // namespace

Authority make_authority(const CardKind& kind, KeyPurpose purpose, const Validity& needed) {
    const AuthorityProfile& data = *certificate_profile(kind.family, purpose, kind.profile).issuer;
    const RsaKey key = RsaKey::generate();
    const Validity days{std::min(needed.not_before, std::string(data.not_before)),
                        std::max(needed.not_after, std::string(data.not_after))};
    const Blueprint plan{.serial_number = data.serial,
                         .issuer = parts::authority_name(data),
                         .validity = validity_of(days, data.clock),
                         .subject = parts::authority_name(data),
                         .key_info = key.public_key_info(),
                         .sha1 = data.sha1,
                         .size = data.size,
                         .extensions = [&](const Padding& padding) {
                             return std::vector<Bytes>{
                                 parts::key_usage(0x06, 1),  // keyCertSign, cRLSign
                                 parts::subject_alternative_name(data),
                                 parts::basic_constraints(),
                                 data.profile == Profile::kReal ? parts::own_distribution_point(data)
                                                                : parts::padded_distribution_point(padding),
                                 parts::subject_key(key.public_key_bytes()),
                             };
                         }};
    return {.certificate = issue(plan, key), .key = key.to_der()};
}

Bytes make_certificate(const CardKind& kind, KeyPurpose purpose, const Person& person, const RsaKey& key,
                       const Authority& issuer, const Validity& validity) {
    const CertificateProfile& profile = certificate_profile(kind.family, purpose, kind.profile);
    const std::optional<RsaKey> issuer_key = RsaKey::from_der(issuer.key);
    if (!issuer_key) throw ImageError("the issuer's key is no RSA key");
    const bool sign = purpose == KeyPurpose::signature;
    const bool real = profile.profile == Profile::kReal;
    const Holder holder{profile, person, key.public_key_bytes(), issuer_key->public_key_bytes()};
    const Blueprint plan{
        .serial_number = (sign ? person.sign_serial : person.auth_serial) + profile.serial_offset,
        .issuer = parts::authority_name(*profile.issuer),
        .validity = validity_of(validity, real ? person.clock : "010000"),
        .subject = parts::holder_name(profile.profile, purpose, person),
        .key_info = key.public_key_info(),
        .sha1 = profile.issuer->sha1,
        .size = real ? 0 : (sign ? person.sign_size : person.auth_size) - profile.smaller_by,
        .extensions = [&](const Padding& padding) {
            std::vector<Bytes> list;
            for (const Extension which : profile.extensions)
                list.push_back(holder_extension(which, holder, padding));
            return list;
        }};
    return issue(plan, *issuer_key);
}

}  // namespace jpki::vcard
