#include "document/cms_signature.hpp"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <limits>

#include "text/failure.hpp"
#include "text/text.hpp"

namespace jpki::app {

namespace {

using CmsPtr = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using TimePtr = Owned<ASN1_TIME, ASN1_TIME_free>;

constexpr std::uint8_t kSetTag = 0x31;
constexpr std::size_t kShortLength = 0x80;
// Signature, attributes, identifiers, the lengths of it all: 256 for the signature, some 400 for the rest.
constexpr std::size_t kBesidesCertificates = 2048;

void require(bool done) {
    if (done) return;
    ERR_clear_error();
    throw Failure(Exit::failed, say(Text::cms_not_made));
}

void append_length(Bytes& to, std::size_t length) {
    if (length < kShortLength) {
        to.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    Bytes digits;
    for (std::size_t rest = length; rest != 0; rest >>= 8U)
        digits.push_back(static_cast<std::uint8_t>(rest & 0xFFU));
    to.push_back(static_cast<std::uint8_t>(kShortLength | digits.size()));
    to.insert(to.end(), digits.rbegin(), digits.rend());
}

Bytes encoding_of(X509_ATTRIBUTE* attribute) {
    const int length = i2d_X509_ATTRIBUTE(attribute, nullptr);
    require(length > 0);
    Bytes encoding(static_cast<std::size_t>(length));
    unsigned char* at = encoding.data();
    (void)i2d_X509_ATTRIBUTE(attribute, &at);
    return encoding;
}

Bytes to_be_signed(const CMS_SignerInfo* info) {
    std::vector<Bytes> encodings;
    const int count = CMS_signed_get_attr_count(info);
    encodings.reserve(static_cast<std::size_t>(std::max(count, 0)));
    for (int i = 0; i < count; ++i)
        encodings.push_back(encoding_of(CMS_signed_get_attr(info, i)));
    return set_of(std::move(encodings));
}

void add_attributes(CMS_SignerInfo* info, const CmsOptions& options) {
    require(CMS_signed_add1_attr_by_NID(info, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                        OBJ_nid2obj(NID_pkcs7_data), -1) == 1);
    require(CMS_signed_add1_attr_by_NID(info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING,
                                        options.digest.data(), static_cast<int>(options.digest.size())) == 1);
    if (!options.signing_time) return;
    // UTCTime until 2049, GeneralizedTime after it, as RFC 5652 §11.3 wants it.
    const TimePtr time(ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(*options.signing_time)));
    require(time != nullptr);
    require(CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, time->type, time.get(), -1) == 1);
}

Bytes der_of(CMS_ContentInfo* cms) {
    const int length = i2d_CMS_ContentInfo(cms, nullptr);
    require(length > 0);
    Bytes der(static_cast<std::size_t>(length));
    unsigned char* at = der.data();
    require(i2d_CMS_ContentInfo(cms, &at) == length);
    return der;
}

void attach(CMS_ContentInfo* cms, const Bytes& content) {
    if (content.size() > std::numeric_limits<int>::max() / 2)
        throw Failure(Exit::failed, say(Text::too_large_to_attach));
    ASN1_OCTET_STRING** place = CMS_get0_content(cms);
    require(place != nullptr);
    if (*place == nullptr) *place = ASN1_OCTET_STRING_new();
    require(*place != nullptr &&
            ASN1_OCTET_STRING_set(*place, content.data(), static_cast<int>(content.size())) == 1);
}

}  // namespace

Bytes set_of(std::vector<Bytes> encodings) {
    // X.690 §11.6: ascending. No encoding is the beginning of another, so the order of vectors is the same
    // one.
    std::ranges::sort(encodings);
    std::size_t length = 0;
    for (const Bytes& one : encodings)
        length += one.size();
    Bytes set{kSetTag};
    append_length(set, length);
    for (const Bytes& one : encodings)
        set.insert(set.end(), one.begin(), one.end());
    return set;
}

std::size_t cms_size_bound(const Signer& signer) {
    // The issuer's name, a part of the certificate, stands in the signer's identifier and in an attribute as
    // well.
    return kBesidesCertificates + 3 * signer.certificate.der.size() +
           (signer.authority ? signer.authority->der.size() : 0);
}

Bytes make_cms(const Signer& signer, const CmsOptions& options) {
    const X509Ptr certificate = signer.certificate.x509();
    require(certificate != nullptr);
    const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY));
    require(cms != nullptr);
    // The public key stands in for the private one: nothing is signed here. CMS_CADES adds
    // signing-certificate-v2.
    CMS_SignerInfo* info = CMS_add1_signer(cms.get(), certificate.get(), X509_get0_pubkey(certificate.get()),
                                           EVP_sha256(), CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES);
    require(info != nullptr);
    if (signer.authority) require(CMS_add1_cert(cms.get(), signer.authority->x509().get()) == 1);
    add_attributes(info, options);
    const Bytes signature = signer.sign(to_be_signed(info));
    require(ASN1_OCTET_STRING_set(CMS_SignerInfo_get0_signature(info), signature.data(),
                                  static_cast<int>(signature.size())) == 1);
    if (options.attached != nullptr) attach(cms.get(), *options.attached);
    return der_of(cms.get());
}

}  // namespace jpki::app
