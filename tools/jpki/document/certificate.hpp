// An X.509 certificate in words: what a holder wants to know of it, parsed by OpenSSL.
#pragma once

#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "waist/bytes.hpp"
#include "waist/owned.hpp"
#include "waist/validity.hpp"

namespace jpki::app {

using X509Ptr = Owned<X509, X509_free>;

// What the signature certificate says of its holder: the otherName entries below 1.2.392.200149.8.5.5 of its
// subject alternative name, UTF-8. Empty: not there.
struct Person {
    std::string name;
    std::string sex;         // "1" male, "2" female, "3" unknown
    std::string birth_date;  // EYYYYMMDD; E is the era's number
    std::string address;
    std::vector<std::pair<std::string, std::string>> more;  // object identifier and text
    [[nodiscard]] bool empty() const {
        return name.empty() && birth_date.empty() && address.empty() && more.empty();
    }
};

using Time = std::chrono::sys_seconds;

struct Validity {
    Time not_before;
    Time not_after;

    [[nodiscard]] long days_left(Time now) const { return jpki::days_left(now, not_after); }
    [[nodiscard]] Time renewal_begins() const { return jpki::renewal_begins(not_after); }
    [[nodiscard]] bool renewal_open(Time now) const { return jpki::renewal_open(now, not_after); }
};

// Where an authentication certificate was issued, which it tells to every server: by the name of its list of
// revoked certificates, and by the municipality's code near the end of its subject's CN.
struct IssuePlace {
    std::string prefecture;
    std::string city;
    std::string municipality;  // five digits
    [[nodiscard]] bool empty() const { return prefecture.empty() && city.empty() && municipality.empty(); }
};

struct Certificate : Validity {
    Bytes der;
    std::string subject;  // RFC 4514, UTF-8
    std::string issuer;
    std::string serial;  // hexadecimal, upper case
    std::string sha1;    // of the DER form, hexadecimal, upper case
    std::string sha256;
    std::vector<std::string> key_usage;           // names of RFC 5280 §4.2.1.3
    std::vector<std::string> policies;            // object identifiers
    std::vector<std::string> extended_key_usage;  // names of RFC 5280 §4.2.1.12, or object identifiers
    std::vector<std::string> critical;            // object identifiers of its critical extensions
    std::vector<std::string> ocsp;                // where its status would be asked
    IssuePlace place;                             // of an authentication certificate
    std::string authority_key;                    // identifiers in hexadecimal, or empty
    std::string subject_key;
    Person person;
    bool is_authority = false;

    [[nodiscard]] X509Ptr x509() const;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] bool is_critical(std::string_view extension) const;
    // Whether programs that check documents and mail may take it: it names no other purposes only.
    [[nodiscard]] bool is_for_documents() const;
};

constexpr std::string_view kCertificatePolicies = "2.5.29.32";

// DER, or PEM with one certificate in it. Nothing when it is neither.
std::optional<Certificate> parse_certificate(const Bytes& file);

std::string hexadecimal(const Bytes& bytes);
// YYYY-MM-DD in Japan's time, in which certificates end at midnight.
std::string date_in_japan(Time when);
Time now();

}  // namespace jpki::app
