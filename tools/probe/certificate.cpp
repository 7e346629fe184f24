#include "probe/certificate.hpp"

#include "probe/der.hpp"

namespace jpki::probe {

using namespace der;

namespace {

constexpr std::uint8_t kVersion = 0xA0;

using namespace std::string_view_literals;

constexpr std::array<Named, 6> kSignatures{{
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05"sv, "sha1WithRSAEncryption"},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv, "RSASSA-PSS"},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"sv, "sha256WithRSAEncryption"},
    {"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C"sv, "sha384WithRSAEncryption"},
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv, "ecdsa-with-SHA256"},
    {"\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv, "ecdsa-with-SHA384"},
}};
constexpr std::string_view kRsa = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;
constexpr std::string_view kEc = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;
constexpr std::array<Named, 3> kCurves{{
    {"\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, "EC P-256"},
    {"\x2B\x81\x04\x00\x22"sv, "EC P-384"},
    {"\x2B\x81\x04\x00\x23"sv, "EC P-521"},
}};

// The year of a UTCTime (RFC 5280 §4.1.2.5.1) or a GeneralizedTime.
std::string take_year(Objects& times) {
    const bool general = times.next() == kGeneralizedTime;
    const auto time = times.take(general ? kGeneralizedTime : kUtcTime);
    const std::size_t digits = general ? 4 : 2;
    if (!time || time->size() < digits + 2) return "?";
    const std::string_view year = as_text(*time).substr(0, digits);
    if (!std::ranges::all_of(year, [](char c) { return c >= '0' && c <= '9'; })) return "?";
    return general ? std::string(year) : (year < "50" ? "20" : "19") + std::string(year);
}

std::size_t bits_of(ByteView modulus, std::size_t length) {
    const bool sign_byte = !modulus.empty() && modulus[0] == 0x00;
    return 8 * (length - (sign_byte ? 1 : 0));
}

std::string rsa_key(ByteView bit_string) {
    // One byte of unused bits, then SEQUENCE { modulus, exponent } (RFC 8017 §A.1.1). The modulus need not
    // be there to its end: its length stands in front of it.
    const auto key = Objects(slice(bit_string, 1)).take(kSequence);
    const auto header = key ? parse_tlv_header(*key) : std::nullopt;
    if (!header || header->tag != kInteger || header->value_length < 2) return "RSA";
    return "RSA " + std::to_string(bits_of(slice(*key, header->header_length, 1), header->value_length));
}

std::string key_of(Objects info) {
    const auto algorithm = info.take(kSequence);
    if (!algorithm) return "unknown";
    Objects parts(*algorithm);
    const auto kind = parts.take(kObjectIdentifier);
    if (kind && as_text(*kind) == kEc) {
        const auto curve = parts.take(kObjectIdentifier);
        const std::string_view name = curve ? name_in(kCurves, *curve, "unknown") : "unknown";
        return name == "unknown" ? "EC" : std::string(name);
    }
    if (!kind || as_text(*kind) != kRsa) return "unknown";
    const auto bit_string = info.take(kBitString);
    return bit_string ? rsa_key(*bit_string) : "RSA";
}

}  // namespace

CertificateHead read_head(ByteView certificate) {
    CertificateHead head;
    const auto whole = Objects(certificate).take(kSequence);
    const auto signed_part = whole ? Objects(*whole).take(kSequence) : std::nullopt;
    if (!signed_part) return head;
    Objects fields(*signed_part);
    if (fields.next() == kVersion) (void)fields.take(kVersion);
    (void)fields.take(kInteger);  // the serial number
    const auto algorithm = fields.take(kSequence);
    const auto identifier = algorithm ? Objects(*algorithm).take(kObjectIdentifier) : std::nullopt;
    if (identifier) head.signature = name_in(kSignatures, *identifier, "unknown");
    (void)fields.take(kSequence);  // issuer
    if (const auto validity = fields.take(kSequence)) {
        Objects times(*validity);
        head.from = take_year(times);
        head.until = take_year(times);
    }
    (void)fields.take(kSequence);  // subject
    if (const auto info = fields.take(kSequence)) head.key = key_of(Objects(*info));
    return head;
}

}  // namespace jpki::probe
