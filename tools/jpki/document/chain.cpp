#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <new>

#include "document/ca.hpp"
#include "document/verdict.hpp"

namespace jpki::app {

namespace {

using StorePtr = Owned<X509_STORE, X509_STORE_free>;
using StoreContextPtr = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// X509_V_OK, or what OpenSSL has against it.
int openssl_on(const Certificate& signer, const Certificate& authority, Time when) {
    const X509Ptr leaf = signer.x509();
    const X509Ptr root = authority.x509();
    const StorePtr store(X509_STORE_new());
    const StoreContextPtr context(X509_STORE_CTX_new());
    if (!leaf || !root || !store || !context || X509_STORE_add_cert(store.get(), root.get()) != 1 ||
        X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr) != 1)
        throw std::bad_alloc();
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
    // Whom the user names is believed, be it the top of a hierarchy or not.
    (void)X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    // 112 bits: no MD5, no SHA-1, no RSA key below 2048 bits (NIST SP 800-57 part 1, table 2).
    X509_VERIFY_PARAM_set_auth_level(rules, 2);
    X509_VERIFY_PARAM_set_time(rules, std::chrono::system_clock::to_time_t(when));
    const int result = X509_verify_cert(context.get());
    const int error = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    if (result == 1) return X509_V_OK;
    return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

bool may_sign(const Certificate& certificate) {
    const auto& usage = certificate.key_usage;
    const bool signs = usage.empty() || std::ranges::find(usage, "digitalSignature") != usage.end() ||
                       std::ranges::find(usage, "nonRepudiation") != usage.end();
    // One that is only for a server, for code, time stamps or OCSP is nobody's signature under a document.
    // Any other purpose may be one of signing: authorities have names of their own for that.
    static constexpr std::array<std::string_view, 4> kOthers{"serverAuth", "codeSigning", "timeStamping",
                                                             "OCSPSigning"};
    const auto& purposes = certificate.extended_key_usage;
    const bool others_only = !purposes.empty() && std::ranges::all_of(purposes, [](const std::string& one) {
        return std::ranges::find(kOthers, one) != kOthers.end();
    });
    return signs && !others_only;
}

// By its name, since every card of jpki-vcard has authorities of its own: a word to whoever tries, and no
// proof.
bool names_test_authority(const Certificate& certificate) {
    constexpr std::string_view kOrganisation = "JPKI-TEST";
    const X509Ptr x509 = certificate.x509();
    if (!x509) return false;
    const X509_NAME* name = X509_get_issuer_name(x509.get());
    const int at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
    if (at < 0) return false;
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    return kOrganisation == std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                             static_cast<std::size_t>(ASN1_STRING_length(text)));
}

Text why_no_issuer(const Certificate& signer, bool built_in) {
    if (!built_in) return Text::why_issuer_given;
    return names_test_authority(signer) ? Text::why_issuer_test : Text::why_issuer;
}

}  // namespace

void check_chain(Verdict& verdict, const Trust& trust, Time now) {
    if (!verdict.signer) return;
    const Certificate& signer = *verdict.signer;
    if (!may_sign(signer) || signer.is_authority) verdict.blame("usage", Text::why_usage, true);
    const Certificate* issuer = issuer_of(signer, trust.authorities);
    ERR_clear_error();
    if (issuer == nullptr) {
        verdict.blame("issuer", why_no_issuer(signer, trust.built_in), true);
        return;
    }
    verdict.issuer = *issuer;
    const Time when = verdict.claimed_time.value_or(now);
    if (when > now + std::chrono::hours(24)) verdict.blame("future", Text::why_future, true);
    switch (openssl_on(signer, *issuer, when)) {
        case X509_V_OK: break;
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID: verdict.blame("validity", Text::why_validity, true); break;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
            verdict.blame("weak_certificate", Text::why_weak_certificate, true);
            break;
        default: verdict.blame("chain", Text::why_chain, true); break;
    }
}

}  // namespace jpki::app
