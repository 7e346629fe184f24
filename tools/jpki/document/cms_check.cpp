#include "document/cms_check.hpp"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <new>

namespace jpki::app {

namespace {

using BioPtr = Owned<BIO, BIO_free_all>;
using CmsPtr = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Ess1Ptr = Owned<ESS_SIGNING_CERT, ESS_SIGNING_CERT_free>;
using Ess2Ptr = Owned<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free>;

struct FreeCertificates {
    void operator()(STACK_OF(X509) * all) const noexcept { sk_X509_pop_free(all, X509_free); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

// For CMS_signed_get0_data_by_OBJ: the attribute once, with one value.
constexpr int kExactlyOnce = -3;

constexpr std::string_view kPem = "-----BEGIN";
constexpr std::uint8_t kSequence = 0x30;

bool begins_as_pem(ByteView file) {
    return file.size() >= kPem.size() && std::equal(kPem.begin(), kPem.end(), file.begin());
}

// What is between the lines of a PEM file, whatever it calls itself; any other file as it stands.
Bytes without_pem(const Bytes& file) {
    if (!begins_as_pem(file)) return file;
    const BioPtr bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    if (PEM_read_bio(bio.get(), &name, &header, &data, &length) != 1) return file;
    Bytes inside(data, data + length);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return inside;
}

CmsPtr parse(const Bytes& file, Rest rest) {
    const Bytes encoded = without_pem(file);
    const unsigned char* at = encoded.data();
    CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(encoded.size())));
    if (!cms) return nullptr;
    const ByteView behind = ByteView(encoded).subspan(static_cast<std::size_t>(at - encoded.data()));
    const bool zeros = std::ranges::all_of(behind, [](std::uint8_t byte) { return byte == 0; });
    if (!behind.empty() && (rest == Rest::refused || !zeros)) return nullptr;
    return cms;
}

ByteView view_of(const ASN1_STRING* string) {
    return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

template <class T>
const T* attribute_of(const CMS_SignerInfo* info, int identifier, int type) {
    return static_cast<const T*>(
        CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(identifier), kExactlyOnce, type));
}

std::optional<Time> claimed_time_of(const CMS_SignerInfo* info) {
    const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE* attribute = at < 0 ? nullptr : CMS_signed_get_attr(info, at);
    const ASN1_TYPE* value = attribute == nullptr ? nullptr : X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return std::nullopt;
    std::tm parts{};
    const ASN1_TIME* time =
        value->value.asn1_string;  // NOLINT(cppcoreguidelines-pro-type-union-access): OpenSSL's
    if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return std::chrono::time_point_cast<std::chrono::seconds>(
        std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

// SHA-2 only: with SHA-1 two documents can be made that have the same hash.
const EVP_MD* hash_of(CMS_SignerInfo* info) {
    X509_ALGOR* algorithm = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &algorithm, nullptr);
    switch (algorithm == nullptr ? NID_undef : OBJ_obj2nid(algorithm->algorithm)) {
        case NID_sha256: return EVP_sha256();
        case NID_sha384: return EVP_sha384();
        case NID_sha512: return EVP_sha512();
        default: return nullptr;
    }
}

// RFC 5035: the signature names its certificate, so that no other one with the same key can be put in its
// place. True also when it names none.
bool names_this_certificate(const CMS_SignerInfo* info, X509* signer, STACK_OF(X509) * others) {
    const auto decoded = [info](int identifier, auto read) -> decltype(read(nullptr, nullptr, 0L)) {
        const auto* value = attribute_of<ASN1_STRING>(info, identifier, V_ASN1_SEQUENCE);
        if (value == nullptr) return nullptr;
        const unsigned char* at = ASN1_STRING_get0_data(value);
        return read(nullptr, &at, ASN1_STRING_length(value));
    };
    const Ess1Ptr first(decoded(NID_id_smime_aa_signingCertificate, d2i_ESS_SIGNING_CERT));
    const Ess2Ptr second(decoded(NID_id_smime_aa_signingCertificateV2, d2i_ESS_SIGNING_CERT_V2));
    const bool there = CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificate, -1) >= 0 ||
                       CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2, -1) >= 0;
    if (!first && !second) return !there;
    const Certificates chain(sk_X509_new_null());
    if (!chain || X509_up_ref(signer) != 1 || sk_X509_push(chain.get(), signer) <= 0) throw std::bad_alloc();
    for (int i = 0; i < sk_X509_num(others); ++i) {
        X509* other = sk_X509_value(others, i);
        if (X509_cmp(other, signer) != 0 && X509_up_ref(other) == 1) (void)sk_X509_push(chain.get(), other);
    }
    return OSSL_ESS_check_signing_certs(first.get(), second.get(), chain.get(), 1) == 1;
}

std::optional<Certificate> certificate_of(X509* x509) {
    Bytes der(static_cast<std::size_t>(std::max(i2d_X509(x509, nullptr), 0)));
    unsigned char* at = der.data();
    (void)i2d_X509(x509, &at);
    return parse_certificate(der);
}

Verdict check_signer(CMS_ContentInfo* cms, CMS_SignerInfo* info, STACK_OF(X509) * certificates,
                     const ContentDigest& content) {
    Verdict verdict;
    X509* signer = nullptr;
    for (int i = 0; i < sk_X509_num(certificates) && signer == nullptr; ++i)
        if (CMS_SignerInfo_cert_cmp(info, sk_X509_value(certificates, i)) == 0)
            signer = sk_X509_value(certificates, i);
    if (signer != nullptr) verdict.signer = certificate_of(signer);
    verdict.claimed_time = claimed_time_of(info);
    const EVP_MD* hash = hash_of(info);
    // Without attributes, the attributes of another signature could be passed off as its content.
    if (CMS_signed_get_attr_count(info) <= 0) {
        verdict.blame("attributes", Text::why_attributes);
    } else if (hash == nullptr) {
        verdict.blame("weak", Text::why_weak);
    } else if (!verdict.signer) {
        verdict.blame("certificate", Text::why_no_certificate);
    } else {
        CMS_SignerInfo_set1_signer_cert(info, signer);
        const auto* type = attribute_of<ASN1_OBJECT>(info, NID_pkcs9_contentType, V_ASN1_OBJECT);
        const auto* value = attribute_of<ASN1_STRING>(info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
        if (type == nullptr || value == nullptr || OBJ_cmp(type, CMS_get0_eContentType(cms)) != 0 ||
            CMS_SignerInfo_verify(info) != 1) {
            verdict.blame("signature", Text::why_signature);
        } else if (!std::ranges::equal(view_of(value), content(hash))) {
            verdict.blame("changed", Text::why_changed);
        }
        if (!names_this_certificate(info, signer, certificates))
            verdict.blame("other_certificate", Text::why_other_certificate);
    }
    return verdict;
}

}  // namespace

bool begins_as_cms(ByteView beginning) {
    return begins_as_pem(beginning) || (!beginning.empty() && beginning.front() == kSequence);
}

std::optional<CmsContents> check_cms(const Bytes& file, const ContentDigest& content, Rest rest) {
    const CmsPtr cms = parse(file, rest);
    ERR_clear_error();
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return std::nullopt;
    CmsContents contents;
    ASN1_OCTET_STRING** place = CMS_get0_content(cms.get());
    const ASN1_OCTET_STRING* inside = place == nullptr ? nullptr : *place;
    contents.detached = inside == nullptr;
    const Certificates certificates(CMS_get1_certs(cms.get()));
    const ContentDigest own = [inside](const EVP_MD* hash) { return digest(hash, {view_of(inside)}); };
    auto* signers = CMS_get0_SignerInfos(cms.get());
    if (contents.detached && !content) return contents;
    for (int i = 0; i < sk_CMS_SignerInfo_num(signers); ++i)
        contents.verdicts.push_back(check_signer(cms.get(), sk_CMS_SignerInfo_value(signers, i),
                                                 certificates.get(), content ? content : own));
    ERR_clear_error();
    return contents;
}

std::optional<Bytes> cms_content(const Bytes& file) {
    const CmsPtr cms = parse(file, Rest::refused);
    ERR_clear_error();
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return std::nullopt;
    ASN1_OCTET_STRING** place = CMS_get0_content(cms.get());
    if (place == nullptr || *place == nullptr) return std::nullopt;
    const ByteView inside = view_of(*place);
    return Bytes(inside.begin(), inside.end());
}

}  // namespace jpki::app
