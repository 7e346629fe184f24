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

}  // namespace

// OpenSSL buries a failed allocation under errors of syntax. What is broken is so the second time as well.
Result<std::shared_ptr<const CertFacts>> parse_certificate(ByteView der) {
    auto facts = parse_once(der);
    return failed_with(facts, Errc::malformed_answer) ? parse_once(der) : facts;
}

Result<std::optional<KeyFacts>> parse_certificate_prefix(ByteView prefix) {
    // Certificate, TBSCertificate: step inside. Then over version, serial, algorithm, issuer, validity,
    // subject (RFC 5280 §4.1) to subjectPublicKeyInfo.
    const auto malformed = fail(Errc::malformed_answer, "the certificate's structure is broken");
    ByteView rest = prefix;
    for (int depth = 0; depth < 2; ++depth) {
        if (rest.size() < 5) return std::optional<KeyFacts>();
        const auto header = parse_tlv_header(rest);
        if (!header || header->tag != kSequence) return malformed;
        rest = slice(rest, header->header_length, header->value_length);
    }
    KeyFacts facts;
    constexpr int kSubject = 5;
    constexpr int kKey = 6;
    for (int field = 0; field <= kKey; ++field) {
        if (rest.size() < 5) return std::optional<KeyFacts>();
        const auto header = parse_tlv_header(rest);
        if (!header) return malformed;
        if (field == 0 && header->tag != kVersion) ++field;
        if (header->total() > rest.size()) return std::optional<KeyFacts>();
        const ByteView element = rest.first(header->total());
        if (field == kSubject) facts.subject = to_bytes(element);
        if (field == kKey) {
            JPKI_TRY_ASSIGN(facts.key, PublicKey::from_spki(element));
        }
        rest = rest.subspan(header->total());
    }
    return std::optional<KeyFacts>(std::move(facts));
}

}  // namespace jpki::p11::crypto
