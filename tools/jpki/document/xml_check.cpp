// Checks enveloped XML signatures that are over the whole document; the key is that of a certificate in them.
#include <openssl/err.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmltree.h>

#include <algorithm>
#include <array>
#include <new>

#include "document/document.hpp"
#include "document/xml_document.hpp"
#include "document/xml_shape.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

constexpr std::size_t kMostCertificates = 10;
constexpr std::size_t kMostSignatures = 100;

// Each attempt at a signature with a certificate brings the whole document into its canonical form: as many
// as a document of several signers needs, and in a small one as many as it likes.
class Attempts {
  public:
    explicit Attempts(std::size_t size) : left_(kAlways + kBytes / std::max<std::size_t>(size, 1)) {}
    bool take() { return left_ != 0 && left_-- != 0; }

  private:
    static constexpr std::size_t kAlways = 16;
    static constexpr std::size_t kBytes = std::size_t{64} << 20U;
    std::size_t left_;
};

constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::array<std::string_view, 6> kCanonical{
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
};
constexpr std::array<std::string_view, 3> kDigests{
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
};
constexpr std::array<std::string_view, 3> kMethods{
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
};

std::string attribute_of(const xmlNode* node, const char* name) {
    xmlChar* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
    if (value == nullptr) return {};
    std::string text(reinterpret_cast<const char*>(value));
    xmlFree(value);
    return text;
}

std::vector<xmlNode*> children_of(const xmlNode* parent) {
    std::vector<xmlNode*> all;
    for (xmlNode* child = parent == nullptr ? nullptr : xmlSecGetNextElementNode(parent->children);
         child != nullptr; child = xmlSecGetNextElementNode(child->next))
        all.push_back(child);
    return all;
}

std::vector<xmlNode*> children_of(const xmlNode* parent, const char* name) {
    auto all = children_of(parent);
    std::erase_if(all, [name](const xmlNode* child) { return !is_dsig(child, name); });
    return all;
}

template <std::size_t Size>
bool known(const std::array<std::string_view, Size>& among, const std::vector<xmlNode*>& methods) {
    return methods.size() == 1 &&
           std::ranges::find(among, attribute_of(methods.front(), "Algorithm")) != among.end();
}

// The whole document but for the signature itself.
bool is_over_the_whole(const xmlNode* reference) {
    const auto lists = children_of(reference, "Transforms");
    if (xmlHasProp(reference, reinterpret_cast<const xmlChar*>("URI")) == nullptr ||
        !attribute_of(reference, "URI").empty() || lists.size() != 1)
        return false;
    int enveloped = 0;
    for (const xmlNode* transform : children_of(lists.front())) {
        const std::string algorithm = attribute_of(transform, "Algorithm");
        if (algorithm == kEnveloped) {
            ++enveloped;
        } else if (std::ranges::find(kCanonical, algorithm) == kCanonical.end()) {
            return false;
        }
    }
    return enveloped == 1;
}

std::vector<Certificate> certificates_in(const xmlNode* signature) {
    std::vector<Certificate> all;
    for (const xmlNode* info : children_of(signature, "KeyInfo"))
        for (const xmlNode* data : children_of(info, "X509Data"))
            for (const xmlNode* node : children_of(data, "X509Certificate")) {
                xmlChar* text = xmlNodeGetContent(node);
                const std::string pem =
                    "-----BEGIN CERTIFICATE-----\n" +
                    std::string(text == nullptr ? "" : reinterpret_cast<const char*>(text)) +
                    "\n-----END CERTIFICATE-----\n";
                xmlFree(text);
                auto parsed = parse_certificate({pem.begin(), pem.end()});
                if (parsed && all.size() < kMostCertificates) all.push_back(std::move(*parsed));
            }
    ERR_clear_error();
    return all;
}

xmlSecKeyPtr key_of(const Certificate& certificate) {
    const X509Ptr x509 = certificate.x509();
    EVP_PKEY* pair = x509 ? X509_get_pubkey(x509.get()) : nullptr;
    xmlSecKeyDataPtr value = pair == nullptr ? nullptr : xmlSecOpenSSLEvpKeyAdopt(pair);
    if (value == nullptr) return nullptr;
    xmlSecKeyPtr key = xmlSecKeyCreate();
    if (key == nullptr || xmlSecKeySetValue(key, value) < 0) throw std::bad_alloc();
    return key;
}

enum class Outcome { right, changed, wrong };

Outcome outcome_of(xmlNode* signature, const Certificate& certificate) {
    const DSigPtr context = make_dsig();
    context->flags |= XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
    context->signKey = key_of(certificate);
    if (context->signKey == nullptr) return Outcome::wrong;
    const int done = xmlSecDSigCtxVerify(context.get(), signature);
    ERR_clear_error();
    if (done == 0 && context->status == xmlSecDSigStatusSucceeded) return Outcome::right;
    const auto* reference =
        static_cast<xmlSecDSigReferenceCtxPtr>(xmlSecPtrListGetItem(&context->signedInfoReferences, 0));
    const bool changed = done == 0 && reference != nullptr && reference->status == xmlSecDSigStatusInvalid;
    return changed ? Outcome::changed : Outcome::wrong;
}

// The one whose key it is.
void check_key(Verdict& verdict, xmlNode* signature, Attempts& attempts) {
    const auto certificates = certificates_in(signature);
    if (certificates.empty()) {
        verdict.blame("certificate", Text::why_no_certificate);
        return;
    }
    verdict.signer = certificates.front();
    for (const Certificate& certificate : certificates) {
        if (!attempts.take()) return verdict.blame("limit", Text::why_limit);
        switch (outcome_of(signature, certificate)) {
            case Outcome::right: verdict.signer = certificate; return;
            // Whoever signed it, it was another document.
            case Outcome::changed: return verdict.blame("changed", Text::why_changed);
            case Outcome::wrong: break;
        }
    }
    verdict.blame("signature", Text::why_signature);
}

Verdict check_signature(xmlNode* signature, Attempts& attempts) {
    Verdict verdict;
    const auto infos = children_of(signature, "SignedInfo");
    const xmlNode* info = infos.size() == 1 ? infos.front() : nullptr;
    const auto references = children_of(info, "Reference");
    if (!is_closed(signature) || references.size() != 1 || !is_over_the_whole(references.front())) {
        verdict.blame("part", Text::why_part);
    } else if (!known(kMethods, children_of(info, "SignatureMethod")) ||
               !known(kDigests, children_of(references.front(), "DigestMethod")) ||
               !known(kCanonical, children_of(info, "CanonicalizationMethod"))) {
        verdict.blame("weak", Text::why_weak);
    } else {
        check_key(verdict, signature, attempts);
    }
    return verdict;
}

}  // namespace

std::vector<Verdict> check_xml(const Bytes& file) {
    const XmlPtr document = parse_xml(file, Exit::not_verified);
    const auto signatures = signatures_of(document.get());
    if (signatures.empty()) throw Failure(Exit::not_verified, say(Text::xml_not_signed));
    if (signatures.size() > kMostSignatures)
        throw Failure(Exit::not_verified, say(Text::too_many_signatures, signatures.size(), kMostSignatures));
    Attempts attempts(file.size());
    std::vector<Verdict> all;
    all.reserve(signatures.size());
    for (xmlNode* signature : signatures)
        all.push_back(check_signature(signature, attempts));
    return all;
}

}  // namespace jpki::app
