// What a certificate of an image says, read by OpenSSL, as text that a failure shows well. For the tests of
// this folder only. It knows nothing of how the certificates are made.
#pragma once

#include <openssl/bio.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <string>

#include "openssl_help.hpp"
#include "virtual/image/image.hpp"

namespace jpki::vcard::test {

inline std::string name_text(const X509_NAME* name) {
    BIO* memory = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(memory, name, 0,
                       XN_FLAG_SEP_COMMA_PLUS | (ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB));
    char* text = nullptr;
    const long length = BIO_get_mem_data(memory, &text);
    std::string out(text, static_cast<std::size_t>(length));
    BIO_free(memory);
    return out;
}

inline std::string subject(const Image& image, Role role) {
    return name_text(X509_get_subject_name(parse_certificate(image.certificate(role)).get()));
}
inline std::string issuer(const Image& image, Role role) {
    return name_text(X509_get_issuer_name(parse_certificate(image.certificate(role)).get()));
}

inline std::string serial(const Image& image, Role role) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    const ASN1_INTEGER* number = X509_get0_serialNumber(certificate.get());
    return to_hex(ByteView(number->data, static_cast<std::size_t>(number->length)));
}

// Extension names in their order, critical ones with an exclamation mark.
inline std::string extensions(const Image& image, Role role) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    std::string out;
    for (int i = 0; i < X509_get_ext_count(certificate.get()); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate.get(), i);
        out += out.empty() ? "" : " ";
        out += OBJ_nid2sn(OBJ_obj2nid(X509_EXTENSION_get_object(extension)));
        if (X509_EXTENSION_get_critical(extension) != 0) out += "!";
    }
    return out;
}

inline Bytes extension_value(const Image& image, Role role, int nid) {
    const Certificate certificate = parse_certificate(image.certificate(role));
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(
        X509_get_ext(certificate.get(), X509_get_ext_by_NID(certificate.get(), nid, -1)));
    return Bytes(value->data, value->data + value->length);
}

inline bool chain_verifies(const Bytes& leaf, const Bytes& root, int purpose, const char* day = nullptr) {
    const Certificate certificate = parse_certificate(leaf);
    const Certificate authority = parse_certificate(root);
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, authority.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(parameters, purpose);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CHECK_SS_SIGNATURE);
    if (day != nullptr) {
        tm at{};
        ASN1_TIME* time = ASN1_TIME_new();
        ASN1_TIME_set_string(time, day);
        ASN1_TIME_to_tm(time, &at);
        X509_VERIFY_PARAM_set_time(parameters, timegm(&at));
        ASN1_TIME_free(time);
    }
    const bool good = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return good;
}

}  // namespace jpki::vcard::test
