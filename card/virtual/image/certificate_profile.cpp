// See certificate_profile.hpp. Of the policies, that of a test card's signature certificate and that of
// citizens' authentication certificates are published, and a phone's for signatures is reported; what a test
// card's authentication certificate says is unknown, so it is the citizens' here; the others follow the
// pattern and are guesses.
#include "virtual/image/certificate_profile.hpp"

#include <algorithm>

#include "virtual/image/image.hpp"

namespace jpki::vcard {
namespace {

constexpr std::array<ProfileInfo, 2> kProfiles{{
    {"real", "As citizens' cards: for TLS clients only, critical policy, the place of issue in it."},
    {"plain",
     "Without purpose, responder and place; the authentication certificate's policy is not critical."},
}};

constexpr std::string_view kAgency = "Japan Agency for Local Authority Information Systems";
constexpr std::string_view kAgencyJa = "地方公共団体情報システム機構";
constexpr std::string_view kService = "公的個人認証サービス";

// As on real cards, the two authorities of one card are not of one day.
constexpr AuthorityProfile kAuthAuthority{
    .profile = Profile::kReal,
    .units = {"JPKI for user authentication", kAgency},
    .alternative_name = {kService, "公的個人認証サービス利用者証明用", kAgencyJa},
    .serial = 0x06D1A001,
    .size = 0,
    .not_before = "2023-03-23",
    .clock = "000107",
    .not_after = "2033-03-22",
    .sha1 = false};
constexpr AuthorityProfile kSignAuthority{
    .profile = Profile::kReal,
    .units = {"JPKI for digital signature", kAgency},
    .alternative_name = {kService, "公的個人認証サービス署名用", kAgencyJa},
    .serial = 0x067CA002,
    .size = 0,
    .not_before = "2023-12-06",
    .clock = "000219",
    .not_after = "2033-12-05",
    .sha1 = false};

constexpr AuthorityProfile plain(AuthorityProfile row, std::string_view part, std::size_t size) {
    row.profile = Profile::kPlain;
    row.alternative_name = {"JPKI-TEST", kService, part};
    row.size = size;
    row.not_before = "2023-07-16";
    row.clock = "010000";
    row.not_after = "2033-07-15";
    return row;
}
constexpr AuthorityProfile kPlainAuthAuthority = plain(kAuthAuthority, "利用者証明用", 1738);
constexpr AuthorityProfile kPlainSignAuthority = plain(kSignAuthority, "署名用", 1711);

// Until 2015 every prefecture's governor was an authority.
constexpr AuthorityProfile kGovernor{.profile = Profile::kPlain,
                                     .units = {"Test Prefecture", "The Governor of Test Prefecture"},
                                     .alternative_name = {"JPKI-TEST", kService, "試験県知事"},
                                     .serial = 0x0001A003,
                                     .size = 1502,
                                     .not_before = "2013-10-01",
                                     .clock = "010000",
                                     .not_after = "2023-09-30",
                                     .sha1 = true};

using enum Extension;
constexpr std::array kRealAuth{kKeyUsage,          kClientAuth, kCriticalPolicy, kIssuerName,
                               kDistributionPoint, kResponder,  kAuthorityKey,   kSubjectKey};
constexpr std::array kRealSign{kKeyUsage,          kPerson,       kCriticalPolicy, kIssuerName,
                               kDistributionPoint, kAuthorityKey, kSubjectKey};
constexpr std::array kPlainAuth{kKeyUsage,          kPolicy,       kIssuerName,
                                kDistributionPoint, kAuthorityKey, kSubjectKey};
constexpr std::array kPlainSign{kKeyUsage,          kCriticalPolicy, kPerson,    kIssuerName,
                                kDistributionPoint, kAuthorityKey,   kSubjectKey};

constexpr CertificateProfile authentication(Profile profile, std::string_view policy,
                                            std::uint32_t serial_offset) {
    const bool real = profile == Profile::kReal;
    return {.profile = profile,
            .issuer = real ? &kAuthAuthority : &kPlainAuthAuthority,
            .extensions = real ? std::span<const Extension>(kRealAuth) : kPlainAuth,
            .key_usage = 0x80,  // digitalSignature
            .key_usage_unused_bits = 7,
            .policy = policy,
            .person_attributes = {},
            .serial_offset = serial_offset,
            .smaller_by = 0};
}

constexpr CertificateProfile signature(Profile profile, std::string_view policy,
                                       std::uint32_t serial_offset) {
    const bool real = profile == Profile::kReal;
    return {.profile = profile,
            .issuer = real ? &kSignAuthority : &kPlainSignAuthority,
            .extensions = real ? std::span<const Extension>(kRealSign) : kPlainSign,
            .key_usage = 0xC0,  // digitalSignature, nonRepudiation
            .key_usage_unused_bits = 6,
            .policy = policy,
            .person_attributes = real ? "143526" : "123456",
            .serial_offset = serial_offset,
            .smaller_by = 0};
}

constexpr CertificateProfile juki_signature() {
    CertificateProfile row = signature(Profile::kPlain, "1.10", 0x00400000);
    row.issuer = &kGovernor;
    row.smaller_by = 128;
    return row;
}

constexpr CertificateProfile kNoCertificate{};

using ByPurpose = std::array<CertificateProfile, 2>;
constexpr std::array<ByPurpose, 4> by_family(Profile profile) {
    return {{{authentication(profile, "3.30", 0), signature(profile, "0.20", 0)},
             {kNoCertificate, juki_signature()},
             {authentication(profile, "3.50", 0x00800000), signature(profile, "1.40", 0x00800000)},
             {authentication(profile, "3.50", 0x00C00000), signature(profile, "1.40", 0x00C00000)}}};
}
// Indexed by profile, then by family, then by key purpose.
constexpr std::array<std::array<ByPurpose, 4>, 2> kTable{by_family(Profile::kReal),
                                                         by_family(Profile::kPlain)};

}  // namespace

std::span<const ProfileInfo> profiles() { return kProfiles; }

std::optional<Profile> profile_named(std::string_view name) {
    const auto row = std::ranges::find(kProfiles, name, &ProfileInfo::name);
    if (row == kProfiles.end()) return std::nullopt;
    return Profile{static_cast<std::uint8_t>(row - kProfiles.begin())};
}

const CertificateProfile& certificate_profile(Family family, KeyPurpose purpose, Profile profile) {
    const CertificateProfile& row =
        kTable[static_cast<std::size_t>(profile)][static_cast<std::size_t>(family)]
              [static_cast<std::size_t>(purpose)];
    if (row.issuer == nullptr) throw ImageError("this family has no such certificate");
    return row;
}

}  // namespace jpki::vcard
