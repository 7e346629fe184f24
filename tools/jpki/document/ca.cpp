#include "document/ca.hpp"

#include "common/language.hpp"

namespace jpki::app {

namespace {

constexpr const char* kCertificates[] = {
#include "ca_certificates.inc"
};

}  // namespace

std::string_view Authority::name() const { return spoken() == Language::japanese ? japanese : english; }

const std::vector<Authority>& authorities() {
    static const std::vector<Authority> kAll{
#define JPKI_CA(...) Authority{__VA_ARGS__},
#include "document/ca.def"
#undef JPKI_CA
    };
    return kAll;
}

const std::vector<Certificate>& authority_certificates() {
    static const std::vector<Certificate> kAll = [] {
        std::vector<Certificate> all;
        for (const std::string_view pem : kCertificates)
            if (auto parsed = parse_certificate({pem.begin(), pem.end()})) all.push_back(std::move(*parsed));
        return all;
    }();
    return kAll;
}

const Authority* authority_by_fingerprint(std::string_view digits) {
    for (const Authority& one : authorities())
        if (!digits.empty() && (one.sha1 == digits || one.sha256 == digits)) return &one;
    return nullptr;
}

const Certificate* issuer_of(const Certificate& certificate, const std::vector<Certificate>& among) {
    const X509Ptr x509 = certificate.x509();
    for (const Certificate& one : among) {
        const X509Ptr authority = one.x509();
        if (x509 && authority && X509_verify(x509.get(), X509_get0_pubkey(authority.get())) == 1) return &one;
    }
    return nullptr;
}

}  // namespace jpki::app
