#include "probe/extensions.hpp"

#include "probe/der.hpp"

namespace jpki::probe {

using namespace der;

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMost = 24;  // objects of one kind that are looked at
constexpr std::string_view kNone = "none";
constexpr std::string_view kOther = "other";

// RFC 5280 §4.2.
constexpr std::array<Named, 11> kExtensions{{
    {"\x55\x1D\x09"sv, "SDA"},
    {"\x55\x1D\x0E"sv, "SKI"},
    {"\x55\x1D\x0F"sv, "KU"},
    {"\x55\x1D\x11"sv, "SAN"},
    {"\x55\x1D\x12"sv, "IAN"},
    {"\x55\x1D\x13"sv, "BC"},
    {"\x55\x1D\x1F"sv, "CRLDP"},
    {"\x55\x1D\x20"sv, "CP"},
    {"\x55\x1D\x23"sv, "AKI"},
    {"\x55\x1D\x25"sv, "EKU"},
    {"\x2B\x06\x01\x05\x05\x07\x01\x01"sv, "AIA"},
}};
constexpr std::array<Named, 6> kPurposes{{
    {"\x2B\x06\x01\x05\x05\x07\x03\x01"sv, "serverAuth"},
    {"\x2B\x06\x01\x05\x05\x07\x03\x02"sv, "clientAuth"},
    {"\x2B\x06\x01\x05\x05\x07\x03\x03"sv, "codeSigning"},
    {"\x2B\x06\x01\x05\x05\x07\x03\x04"sv, "emailProtection"},
    {"\x2B\x06\x01\x04\x01\x82\x37\x14\x02\x02"sv, "smartcardLogon"},
    {"\x55\x1D\x25\x00"sv, "any"},
}};
constexpr std::array<Named, 2> kMethods{{
    {"\x2B\x06\x01\x05\x05\x07\x30\x01"sv, "OCSP"},
    {"\x2B\x06\x01\x05\x05\x07\x30\x02"sv, "caIssuers"},
}};
constexpr std::array<Named, 7> kAttributes{{
    {"\x55\x04\x03"sv, "CN"},
    {"\x55\x04\x05"sv, "serialNumber"},
    {"\x55\x04\x06"sv, "C"},
    {"\x55\x04\x07"sv, "L"},
    {"\x55\x04\x08"sv, "ST"},
    {"\x55\x04\x0A"sv, "O"},
    {"\x55\x04\x0B"sv, "OU"},
}};

void add(std::string& list, std::string_view one) {
    if (!list.empty()) list += ' ';
    list += one;
}
std::string or_none(std::string list) { return list.empty() ? std::string(kNone) : list; }

// 1.2.392.200149.8.5.1.A.B, where A and B are single bytes: JPKI's own, the same for all holders.
std::string policy_name(ByteView identifier) {
    constexpr std::string_view kJpki = "\x2A\x83\x08\x8C\x9B\x55\x08\x05\x01"sv;
    const std::string_view bytes = as_text(identifier);
    if (!bytes.starts_with(kJpki) || bytes.size() != kJpki.size() + 2) return std::string(kOther);
    std::string name = "1.2.392.200149.8.5.1";
    for (const char arc : bytes.substr(kJpki.size())) {
        if (static_cast<unsigned char>(arc) >= 100) return std::string(kOther);
        name += '.' + std::to_string(arc);
    }
    return name;
}

std::string purposes_of(ByteView value) {
    Objects identifiers(Objects(value).value(kSequence));
    std::string list;
    for (std::size_t i = 0; i < kMost && identifiers.next() != 0; ++i)
        add(list, name_in(kPurposes, identifiers.value(kObjectIdentifier), kOther));
    return or_none(list);
}

std::string policies_of(ByteView value) {
    Objects policies(Objects(value).value(kSequence));
    std::string list;
    for (std::size_t i = 0; i < kMost && policies.next() != 0; ++i) {
        Objects policy(policies.value(kSequence));
        add(list, policy_name(policy.value(kObjectIdentifier)));
    }
    return or_none(list);
}

std::string_view host_of(std::string_view address) {
    constexpr std::string_view kPublished = "ocspauthnorm.jpki.go.jp";
    const std::size_t begin = address.find("://");
    if (begin == std::string_view::npos) return "elsewhere";
    const std::string_view rest = address.substr(begin + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of(":/"));
    if (host == kPublished) return kPublished;
    return host.ends_with(".jpki.go.jp") ? "elsewhere below jpki.go.jp" : "elsewhere";
}

std::string access_of(ByteView value) {
    constexpr std::uint8_t kAddress = 0x86;
    Objects descriptions(Objects(value).value(kSequence));
    std::string list;
    for (std::size_t i = 0; i < kMost && descriptions.next() != 0; ++i) {
        Objects description(descriptions.value(kSequence));
        add(list, name_in(kMethods, description.value(kObjectIdentifier), kOther));
        add(list, host_of(as_text(description.value(kAddress))));
    }
    return or_none(list);
}

std::string issuer_key_of(ByteView value) {
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 3> kParts{
        {{0x80, "keyid"}, {0xA1, "issuer"}, {0x82, "serial"}}};
    Objects parts(Objects(value).value(kSequence));
    std::string list;
    for (const auto& [tag, name] : kParts) {
        if (parts.next() == tag && parts.take(tag)) add(list, name);
    }
    return or_none(list);
}

std::string subject_of(ByteView value) {
    // Cards have a CN of one length, so that it says nothing of its holder; of any other it is not told.
    constexpr std::size_t kPublished = 23;
    Objects parts(value);
    std::string list;
    for (std::size_t i = 0; i < kMost && parts.next() != 0; ++i) {
        Objects attribute(Objects(parts.value(kSet)).value(kSequence));
        const auto name = name_in(kAttributes, attribute.value(kObjectIdentifier), kOther);
        add(list, name);
        if (name != "CN") continue;
        const bool utf8 = attribute.next() == kUtf8String;
        const auto text = attribute.take(attribute.next());
        list += utf8 ? " (UTF8String" : " (another kind";
        list += text && text->size() == kPublished ? ", 23)" : ", another length)";
    }
    return or_none(list);
}

void read_extension(CertificateProfile& profile, Objects extension) {
    const auto identifier = extension.take(kObjectIdentifier);
    if (!identifier) return;
    const ByteView critical = extension.next() == kBoolean ? extension.value(kBoolean) : ByteView();
    const ByteView value = extension.value(kOctetString);
    const std::string_view name = name_in(kExtensions, *identifier, kOther);
    add(profile.extensions, name);
    if (!critical.empty() && critical[0] != 0) profile.extensions += '!';
    if (name == "EKU") profile.purposes = purposes_of(value);
    if (name == "CP") profile.policy = policies_of(value);
    if (name == "AIA") profile.access = access_of(value);
    if (name == "AKI") profile.issuer_key = issuer_key_of(value);
}

}  // namespace

std::optional<CertificateProfile> read_profile(ByteView certificate) {
    constexpr std::uint8_t kVersion = 0xA0;
    constexpr std::uint8_t kExtensionsTag = 0xA3;
    const auto whole = Objects(certificate).take(kSequence);
    const auto signed_part = whole ? Objects(*whole).take(kSequence) : std::nullopt;
    if (!signed_part) return std::nullopt;
    Objects fields(*signed_part);
    if (fields.next() == kVersion) (void)fields.take(kVersion);
    (void)fields.take(kInteger);   // the serial number
    (void)fields.take(kSequence);  // the kind of signature
    (void)fields.take(kSequence);  // issuer
    (void)fields.take(kSequence);  // validity
    const auto subject = fields.take(kSequence);
    (void)fields.take(kSequence);  // the key
    const auto tagged = fields.take(kExtensionsTag);
    const auto list = tagged ? Objects(*tagged).take(kSequence) : std::nullopt;
    if (!subject || !list) return std::nullopt;
    CertificateProfile profile{.extensions = {},
                               .purposes = std::string(kNone),
                               .policy = std::string(kNone),
                               .access = std::string(kNone),
                               .issuer_key = std::string(kNone),
                               .subject = subject_of(*subject)};
    Objects extensions(*list);
    for (std::size_t i = 0; i < kMost && extensions.next() != 0; ++i)
        read_extension(profile, Objects(extensions.value(kSequence)));
    return profile;
}

}  // namespace jpki::probe
