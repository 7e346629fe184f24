#include "crypto/x509.hpp"

#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "waist/tlv.hpp"

namespace jpki::p11::crypto {

namespace {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBitString = 0x03;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kVersion = 0xA0;  // [0] EXPLICIT, absent in v1 certificates
constexpr std::size_t kHeaderReach = 5;  // no tag and length that is taken here is longer

struct Day {
    std::string text;
    std::int64_t seconds = 0;
};

std::optional<Day> day_of(const ASN1_TIME* time) {
    std::tm when{};
    if (ASN1_TIME_to_tm(time, &when) != 1) return std::nullopt;
    const int year = when.tm_year + 1900;
    if (year < 0 || year > 9999) return std::nullopt;
    std::array<char, 40> text{};
    (void)std::snprintf(text.data(), text.size(), "%04d%02d%02d", year, when.tm_mon + 1, when.tm_mday);
    return Day{text.data(), static_cast<std::int64_t>(::timegm(&when))};
}

// The fields of a TBSCertificate (RFC 5280 §4.1) up to its key.
enum Field : std::size_t { kVersionField, kSerial, kAlgorithm, kIssuer, kValidity, kSubject, kKey, kFields };
// Empty: not there, or not there to its end.
using Fields = std::array<ByteView, kFields>;

Result<Fields> fields_of(ByteView prefix) {
    const auto malformed = fail(Errc::malformed_answer, "the certificate's structure is broken");
    Fields fields;
    ByteView rest = prefix;
    // Certificate, TBSCertificate: step inside.
    for (int depth = 0; depth < 2; ++depth) {
        if (rest.size() < kHeaderReach) return fields;
        const auto header = parse_tlv_header(rest);
        if (!header || header->tag != kSequence) return malformed;
        rest = slice(rest, header->header_length, header->value_length);
    }
    for (std::size_t field = kVersionField; field < kFields; ++field) {
        if (rest.size() < kHeaderReach) return fields;
        const auto header = parse_tlv_header(rest);
        if (!header) return malformed;
        if (field == kVersionField && header->tag != kVersion) ++field;
        if (header->total() > rest.size()) return fields;
        fields.at(field) = rest.first(header->total());
        rest = rest.subspan(header->total());
    }
    return fields;
}

// Takes one time off the front of `rest`.
std::optional<Day> time_from(ByteView& rest) {
    const std::uint8_t* at = rest.data();
    const Owned<ASN1_TIME, ASN1_TIME_free> time(d2i_ASN1_TIME(nullptr, &at, static_cast<long>(rest.size())));
    if (!time) return std::nullopt;
    rest = rest.subspan(static_cast<std::size_t>(at - rest.data()));
    return day_of(time.get());
}

struct Period {
    Day begin;
    Day end;
};

Result<Period> period_of(ByteView validity) {
    const QuietErrors quiet;
    const auto header = parse_tlv_header(validity);
    ByteView rest = header ? validity.subspan(header->header_length) : ByteView();
    auto begin = time_from(rest);
    auto end = time_from(rest);
    if (!begin || !end) return fail(reason_or(Errc::malformed_answer), "a validity that is none");
    return Period{std::move(*begin), std::move(*end)};
}

// Whether `der` is one element of `tag`, whole and alone.
bool is_one(ByteView der, std::uint8_t tag) {
    const auto header = parse_tlv_header(der);
    return header && header->tag == tag && header->total() == der.size();
}

// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 §4.1).
bool is_one_certificate(ByteView der) {
    if (!is_one(der, kSequence)) return false;
    ByteView rest = der.subspan(parse_tlv_header(der)->header_length);
    for (const std::uint8_t tag : {kSequence, kSequence, kBitString}) {
        const auto header = parse_tlv_header(rest);
        if (!header || header->tag != tag || header->total() > rest.size()) return false;
        rest = rest.subspan(header->total());
    }
    return rest.empty();
}

// Not by d2i_X509(): what OpenSSL frees of a certificate it leaves readable in memory, the holder's name
// included, and one that was read behind a PIN must not outlive the login.
Result<std::shared_ptr<const CertFacts>> parse_once(ByteView der) {
    if (!is_one_certificate(der)) return fail(Errc::malformed_answer, "not exactly one certificate");
    JPKI_TRY_ASSIGN(const Fields fields, fields_of(der));
    if (!is_one(fields[kSerial], kInteger) || !is_one(fields[kIssuer], kSequence) ||
        !is_one(fields[kSubject], kSequence))
        return fail(Errc::malformed_answer, "a certificate without its fields");
    JPKI_TRY_ASSIGN(const Period valid, period_of(fields[kValidity]));
    auto facts = std::make_shared<CertFacts>();
    facts->der = to_bytes(der);
    facts->subject = to_bytes(fields[kSubject]);
    facts->issuer = to_bytes(fields[kIssuer]);
    facts->serial = to_bytes(fields[kSerial]);
    facts->start = valid.begin.text;
    facts->end = valid.end.text;
    facts->not_before = valid.begin.seconds;
    facts->not_after = valid.end.seconds;
    JPKI_TRY_ASSIGN(const Bytes sha1, digest(Hash::sha1, der));
    facts->check_value = to_bytes(slice(sha1, 0, 3));
    JPKI_TRY_ASSIGN(facts->key, PublicKey::from_spki(fields[kKey]));
    return std::shared_ptr<const CertFacts>(std::move(facts));
}

// OpenSSL buries a failed allocation under errors of syntax. What is broken is so the second time as well.
template <class F>
auto unless_broken_twice(F parse) {
    auto found = parse();
    return failed_with(found, Errc::malformed_answer) ? parse() : found;
}

Result<std::optional<KeyFacts>> key_of(ByteView prefix) {
    JPKI_TRY_ASSIGN(const Fields fields, fields_of(prefix));
    if (fields[kSubject].empty() || fields[kKey].empty()) return std::optional<KeyFacts>();
    KeyFacts facts;
    facts.subject = to_bytes(fields[kSubject]);
    JPKI_TRY_ASSIGN(facts.key, PublicKey::from_spki(fields[kKey]));
    return std::optional<KeyFacts>(std::move(facts));
}

Result<std::optional<Validity>> validity_of(ByteView prefix) {
    JPKI_TRY_ASSIGN(const Fields fields, fields_of(prefix));
    if (fields[kValidity].empty()) return std::optional<Validity>();
    JPKI_TRY_ASSIGN(const Period valid, period_of(fields[kValidity]));
    return std::optional(Validity{valid.begin.seconds, valid.end.seconds});
}

}  // namespace

Result<std::shared_ptr<const CertFacts>> parse_certificate(ByteView der) {
    return unless_broken_twice([der] { return parse_once(der); });
}

Result<std::optional<KeyFacts>> parse_certificate_prefix(ByteView prefix) {
    return unless_broken_twice([prefix] { return key_of(prefix); });
}

Result<std::optional<Validity>> parse_validity_prefix(ByteView prefix) {
    return unless_broken_twice([prefix] { return validity_of(prefix); });
}

}  // namespace jpki::p11::crypto
