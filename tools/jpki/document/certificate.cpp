#include "document/certificate.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "document/certificate_extensions.hpp"

namespace jpki::app {

namespace {

using BioPtr = Owned<BIO, BIO_free_all>;

constexpr std::string_view kPersonal = "1.2.392.200149.8.5.5.";
constexpr std::string_view kDocumentSigning = "1.3.6.1.5.5.7.3.36";  // RFC 9336

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, length > 0 ? static_cast<std::size_t>(length) : 0};
}

std::string name_of(const X509_NAME* name) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    (void)X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return text_of(bio.get());
}

Time time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return Time{};
    return std::chrono::time_point_cast<std::chrono::seconds>(
        std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::string digest_of(const Bytes& der, const EVP_MD* hash) {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    (void)EVP_Digest(der.data(), der.size(), value.data(), &length, hash, nullptr);
    value.resize(length);
    return hexadecimal(value);
}

std::string hex_of(const ASN1_OCTET_STRING* string) {
    if (string == nullptr) return {};
    const unsigned char* data = ASN1_STRING_get0_data(string);
    return hexadecimal({data, data + ASN1_STRING_length(string)});
}

std::vector<std::string> key_usage_of(X509* certificate) {
    static constexpr std::pair<std::uint32_t, const char*> kNames[] = {
        {KU_DIGITAL_SIGNATURE, "digitalSignature"},
        {KU_NON_REPUDIATION, "nonRepudiation"},
        {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
        {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
        {KU_KEY_AGREEMENT, "keyAgreement"},
        {KU_KEY_CERT_SIGN, "keyCertSign"},
        {KU_CRL_SIGN, "cRLSign"},
    };
    std::vector<std::string> found;
    const std::uint32_t bits = X509_get_key_usage(certificate);
    if (bits == UINT32_MAX) return found;  // it says nothing
    for (const auto& [bit, name] : kNames)
        if ((bits & bit) != 0) found.emplace_back(name);
    return found;
}

std::vector<std::string> policies_of(const X509* certificate) {
    std::vector<std::string> found;
    const Owned<CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free> policies(static_cast<CERTIFICATEPOLICIES*>(
        X509_get_ext_d2i(certificate, NID_certificate_policies, nullptr, nullptr)));
    for (int i = 0; policies && i < sk_POLICYINFO_num(policies.get()); ++i)
        found.push_back(identifier_of(sk_POLICYINFO_value(policies.get(), i)->policyid));
    return found;
}

void note(Person& person, const std::string& identifier, const std::string& value) {
    const std::string_view field =
        identifier.starts_with(kPersonal) ? std::string_view(identifier).substr(kPersonal.size()) : "";
    if (field == "1") {
        person.name = value;
    } else if (field == "3") {
        person.sex = value;
    } else if (field == "4") {
        person.birth_date = value;
    } else if (field == "5") {
        person.address = value;
    } else {
        person.more.emplace_back(identifier, value);
    }
}

Person person_of(const X509* certificate) {
    Person person;
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        ASN1_OBJECT* identifier = nullptr;
        ASN1_TYPE* value = nullptr;
        if (GENERAL_NAME_get0_otherName(sk_GENERAL_NAME_value(names.get(), i), &identifier, &value) != 1)
            continue;
        if (ASN1_TYPE_get(value) != V_ASN1_UTF8STRING) continue;
        const ASN1_UTF8STRING* text = value->value.utf8string;
        note(person, identifier_of(identifier),
             {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
              static_cast<std::size_t>(ASN1_STRING_length(text))});
    }
    return person;
}

// OpenSSL would ask at the terminal for the pass phrase of whatever calls itself encrypted.
int no_pass_phrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return -1; }

X509Ptr read_any(const Bytes& file) {
    const unsigned char* at = file.data();
    X509Ptr found(d2i_X509(nullptr, &at, static_cast<long>(file.size())));
    if (found) return found;
    const BioPtr bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
    return X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
}

}  // namespace

std::optional<Certificate> parse_certificate(const Bytes& file) {
    const X509Ptr parsed = read_any(file);
    if (!parsed) return std::nullopt;
    X509* x509 = parsed.get();
    Certificate result;
    result.der.resize(static_cast<std::size_t>(std::max(i2d_X509(x509, nullptr), 0)));
    unsigned char* out = result.der.data();
    (void)i2d_X509(x509, &out);
    result.subject = name_of(X509_get_subject_name(x509));
    result.issuer = name_of(X509_get_issuer_name(x509));
    const ASN1_INTEGER* serial = X509_get0_serialNumber(x509);
    const unsigned char* digits = ASN1_STRING_get0_data(serial);
    result.serial = hexadecimal({digits, digits + ASN1_STRING_length(serial)});
    result.not_before = time_of(X509_get0_notBefore(x509));
    result.not_after = time_of(X509_get0_notAfter(x509));
    result.sha1 = digest_of(result.der, EVP_sha1());
    result.sha256 = digest_of(result.der, EVP_sha256());
    result.key_usage = key_usage_of(x509);
    result.policies = policies_of(x509);
    result.extended_key_usage = extended_key_usage_of(x509);
    result.critical = critical_of(x509);
    result.ocsp = ocsp_of(x509);
    result.place = place_of(x509);
    result.authority_key = hex_of(X509_get0_authority_key_id(x509));
    result.subject_key = hex_of(X509_get0_subject_key_id(x509));
    result.person = person_of(x509);
    result.is_authority = X509_check_ca(x509) > 0;
    return result;
}

X509Ptr Certificate::x509() const {
    const unsigned char* at = der.data();
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

std::string Certificate::pem() const {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    (void)PEM_write_bio_X509(bio.get(), x509().get());
    return text_of(bio.get());
}

bool Certificate::is_critical(std::string_view extension) const {
    return std::ranges::find(critical, extension) != critical.end();
}

bool Certificate::is_for_documents() const {
    return extended_key_usage.empty() || std::ranges::any_of(extended_key_usage, [](const std::string& use) {
               return use == "emailProtection" || use == "anyExtendedKeyUsage" || use == kDocumentSigning;
           });
}

std::string hexadecimal(const Bytes& bytes) {
    std::string digits;
    for (const std::uint8_t byte : bytes)
        digits += fmt::format("{:02X}", byte);
    return digits;
}

std::string date_in_japan(Time when) {
    const std::time_t there = std::chrono::system_clock::to_time_t(when + std::chrono::hours(9));
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(there));
}

Time now() { return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace jpki::app
