#include "crypto/x509.hpp"

#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "jpki/tlv.hpp"

namespace jpki::p11::crypto {

namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kVersion = 0xA0;  // [0] EXPLICIT, absent in v1 certificates
constexpr std::size_t kHeaderReach = 5;  // no tag and length that is taken here is longer

void free_octets(std::uint8_t* octets) noexcept { OPENSSL_free(octets); }

template <class T>
Bytes encode(T* object, int (*i2d)(T*, unsigned char**)) {
    std::uint8_t* out = nullptr;
    const int length = i2d(object, &out);
    const Owned<std::uint8_t, free_octets> owned(out);
    if (length <= 0) return {};
    return Bytes(out, out + length);
}

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

Result<std::shared_ptr<const CertFacts>> parse_once(ByteView der) {
    const QuietErrors quiet;
    X509* shell = library_context() == nullptr ? nullptr : X509_new_ex(library_context(), nullptr);
    if (shell == nullptr) return fail(Errc::no_memory);
    const std::uint8_t* at = der.data();
    // On failure d2i frees the shell and sets it to null.
    (void)d2i_X509(&shell, &at, static_cast<long>(der.size()));
    const Owned<X509, X509_free> certificate(shell);
    if (!certificate || at != der.data() + der.size())
        return fail(reason_or(Errc::malformed_answer), "not exactly one certificate");

    auto facts = std::make_shared<CertFacts>();
    facts->der = to_bytes(der);
    facts->subject = encode<const X509_NAME>(X509_get_subject_name(certificate.get()), i2d_X509_NAME);
    facts->issuer = encode<const X509_NAME>(X509_get_issuer_name(certificate.get()), i2d_X509_NAME);
    facts->serial = encode<const ASN1_INTEGER>(X509_get0_serialNumber(certificate.get()), i2d_ASN1_INTEGER);
    const auto start = day_of(X509_get0_notBefore(certificate.get()));
    const auto end = day_of(X509_get0_notAfter(certificate.get()));
    if (facts->subject.empty() || facts->issuer.empty() || facts->serial.empty() || !start || !end)
        return fail(reason_or(Errc::malformed_answer), "a certificate without its fields");
    facts->start = start->text;
    facts->end = end->text;
    facts->not_before = start->seconds;
    facts->not_after = end->seconds;
    JPKI_TRY_ASSIGN(const Bytes sha1, digest(Hash::sha1, der));
    facts->check_value = to_bytes(slice(sha1, 0, 3));
    const Bytes spki = encode<const X509_PUBKEY>(X509_get_X509_PUBKEY(certificate.get()), i2d_X509_PUBKEY);
    JPKI_TRY_ASSIGN(facts->key, PublicKey::from_spki(spki));
    return std::shared_ptr<const CertFacts>(std::move(facts));
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
    const QuietErrors quiet;
    const std::uint8_t* at = rest.data();
    const Owned<ASN1_TIME, ASN1_TIME_free> time(d2i_ASN1_TIME(nullptr, &at, static_cast<long>(rest.size())));
    if (!time) return std::nullopt;
    rest = rest.subspan(static_cast<std::size_t>(at - rest.data()));
    return day_of(time.get());
}

}  // namespace

// OpenSSL buries a failed allocation under errors of syntax. What is broken is so the second time as well.
Result<std::shared_ptr<const CertFacts>> parse_certificate(ByteView der) {
    auto facts = parse_once(der);
    return failed_with(facts, Errc::malformed_answer) ? parse_once(der) : facts;
}

Result<std::optional<KeyFacts>> parse_certificate_prefix(ByteView prefix) {
    JPKI_TRY_ASSIGN(const Fields fields, fields_of(prefix));
    if (fields[kSubject].empty() || fields[kKey].empty()) return std::optional<KeyFacts>();
    KeyFacts facts;
    facts.subject = to_bytes(fields[kSubject]);
    JPKI_TRY_ASSIGN(facts.key, PublicKey::from_spki(fields[kKey]));
    return std::optional<KeyFacts>(std::move(facts));
}

Result<std::optional<Validity>> parse_validity_prefix(ByteView prefix) {
    JPKI_TRY_ASSIGN(const Fields fields, fields_of(prefix));
    if (fields[kValidity].empty()) return std::optional<Validity>();
    const auto header = parse_tlv_header(fields[kValidity]);
    ByteView rest = header ? fields[kValidity].subspan(header->header_length) : ByteView();
    const auto begin = time_from(rest);
    const auto end = time_from(rest);
    if (!begin || !end) return fail(reason_or(Errc::malformed_answer), "a validity that is none");
    return std::optional(Validity{begin->seconds, end->seconds});
}

}  // namespace jpki::p11::crypto
