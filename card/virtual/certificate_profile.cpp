// See certificate_profile.hpp. The policies of My Number Cards are published, and that of a phone's signature
// certificate is reported; the Juki card's and the phone's for authentication follow their pattern and are
// guesses.
#include "virtual/certificate_profile.hpp"

#include "virtual/image.hpp"

namespace jpki::vcard {
namespace {

constexpr std::string_view kAgency = "Japan Agency for Local Authority Information Systems";
constexpr AuthorityProfile kAuthAuthority{.units = {"JPKI for user authentication", kAgency},
                                          .unit_ja = "利用者証明用",
                                          .serial = 0x06D1A001,
                                          .size = 1738,
                                          .not_before = "2023-07-16",
                                          .not_after = "2033-07-15",
                                          .sha1 = false};
constexpr AuthorityProfile kSignAuthority{.units = {"JPKI for digital signature", kAgency},
                                          .unit_ja = "署名用",
                                          .serial = 0x067CA002,
                                          .size = 1711,
                                          .not_before = "2023-07-16",
                                          .not_after = "2033-07-15",
                                          .sha1 = false};
// Until 2015 every prefecture's governor was an authority.
constexpr AuthorityProfile kGovernor{.units = {"Test Prefecture", "The Governor of Test Prefecture"},
                                     .unit_ja = "試験県知事",
                                     .serial = 0x0001A003,
                                     .size = 1502,
                                     .not_before = "2013-10-01",
                                     .not_after = "2023-09-30",
                                     .sha1 = true};

constexpr CertificateProfile authentication(std::string_view policy, std::uint32_t serial_offset) {
    return {.issuer = &kAuthAuthority,
            .key_usage = 0x80,  // digitalSignature
            .key_usage_unused_bits = 7,
            .policy_critical = false,
            .policy = policy,
            .serial_offset = serial_offset,
            .smaller_by = 0};
}

constexpr CertificateProfile signature(const AuthorityProfile& issuer, std::string_view policy,
                                       std::uint32_t serial_offset, std::size_t smaller_by = 0) {
    return {.issuer = &issuer,
            .key_usage = 0xC0,  // digitalSignature, nonRepudiation
            .key_usage_unused_bits = 6,
            .policy_critical = true,
            .policy = policy,
            .serial_offset = serial_offset,
            .smaller_by = smaller_by};
}

constexpr CertificateProfile kNoCertificate{};

// Indexed by family, then by side.
constexpr std::array<std::array<CertificateProfile, 2>, 4> kTable{{
    {authentication("3.30", 0), signature(kSignAuthority, "1.20", 0)},
    {kNoCertificate, signature(kGovernor, "1.10", 0x00400000, 128)},
    {authentication("3.50", 0x00800000), signature(kSignAuthority, "1.40", 0x00800000)},
    {authentication("3.50", 0x00C00000), signature(kSignAuthority, "1.40", 0x00C00000)},
}};

}  // namespace

const CertificateProfile& certificate_profile(Family family, Side side) {
    const CertificateProfile& row = kTable[static_cast<std::size_t>(family)][static_cast<std::size_t>(side)];
    if (row.issuer == nullptr) throw ImageError("this family has no such certificate");
    return row;
}

}  // namespace jpki::vcard
