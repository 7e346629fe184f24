// Any bytes as a certificate. What we take, OpenSSL takes, and all fields are equal; the part before the
// key says the same as the whole; a header that we understand is the one that OpenSSL sees.
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "crypto/x509.hpp"
#include "harness.hpp"
#include "waist/tlv.hpp"

namespace {

using jpki::Bytes;
using jpki::ByteView;
using jpki::fuzz::require;
namespace crypto = jpki::p11::crypto;

template <class T, class I2d>
Bytes encoded(const T* object, I2d i2d) {
    unsigned char* out = nullptr;
    const int length = i2d(object, &out);
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
        out, [](unsigned char* bytes) { OPENSSL_free(bytes); });
    return length > 0 ? Bytes(out, out + length) : Bytes{};
}

Bytes number(const EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &raw) == 1, "OpenSSL finds the key's numbers, too");
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(raw)));
    (void)BN_bn2bin(raw, bytes.data());
    BN_free(raw);
    return bytes;
}

std::int64_t seconds(const ASN1_TIME* time) {
    std::tm when{};
    require(ASN1_TIME_to_tm(time, &when) == 1, "OpenSSL reads the validity, too");
    return ::timegm(&when);
}

void compare(const crypto::CertFacts& ours, ByteView der) {
    const unsigned char* at = der.data();
    const std::unique_ptr<X509, decltype(&X509_free)> theirs(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())), &X509_free);
    require(theirs && at == der.data() + der.size(), "what we take for a certificate is one for OpenSSL");
    require(jpki::equal(ours.der, der), "the certificate is what was read");
    require(ours.subject == encoded(X509_get_subject_name(theirs.get()), i2d_X509_NAME), "subject");
    require(ours.issuer == encoded(X509_get_issuer_name(theirs.get()), i2d_X509_NAME), "issuer");
    require(ours.serial == encoded(X509_get0_serialNumber(theirs.get()), i2d_ASN1_INTEGER), "serial number");
    require(ours.not_before == seconds(X509_get0_notBefore(theirs.get())), "notBefore");
    require(ours.not_after == seconds(X509_get0_notAfter(theirs.get())), "notAfter");
    require(ours.start.size() == 8 && ours.end.size() == 8, "dates are YYYYMMDD");
    const EVP_PKEY* key = X509_get0_pubkey(theirs.get());
    require(key != nullptr && EVP_PKEY_is_a(key, "RSA") == 1, "the key is an RSA key for OpenSSL, too");
    require(ours.key->modulus() == number(key, OSSL_PKEY_PARAM_RSA_N), "modulus");
    require(ours.key->exponent() == number(key, OSSL_PKEY_PARAM_RSA_E), "public exponent");
    require(ours.key->size() >= 128 && ours.key->size() <= 512, "a key of 1024 to 4096 bits",
            ours.key->size());
}

void compare_header(ByteView data) {
    const auto ours = jpki::parse_tlv_header(data);
    if (!ours) return;
    const unsigned char* at = data.data();
    long length = 0;
    int tag = 0;
    int type = 0;
    // 0x80 means that the value is cut off, which is none of a header's business.
    (void)ASN1_get_object(&at, &length, &tag, &type, static_cast<long>(data.size()));
    require(at == data.data() + ours->header_length, "OpenSSL sees a header of the same length");
    require(length == static_cast<long>(ours->value_length), "and a value of the same length");
    require(tag == (ours->tag & 0x1F), "and the same tag", ours->tag);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes der(data, data + size);
    compare_header(der);
    const auto whole = crypto::parse_certificate(der);
    if (whole) compare(**whole, der);
    const auto prefix = crypto::parse_certificate_prefix(der);
    require(!prefix || !*prefix || (*prefix)->key != nullptr, "a prefix that is enough has a key");
    if (whole && prefix && *prefix) {
        require((*prefix)->subject == (*whole)->subject, "the prefix has the subject of the whole");
        require((*prefix)->key->modulus() == (*whole)->key->modulus(), "the prefix has the key of the whole");
    }
    const auto validity = crypto::parse_validity_prefix(der);
    if (whole && validity && *validity) {
        require((*validity)->not_before == (*whole)->not_before, "the prefix has the beginning of the whole");
        require((*validity)->not_after == (*whole)->not_after, "the prefix has the end of the whole");
    }
    require(ERR_peek_error() == 0 || !whole, "nothing is left in the host's error queue");
    ERR_clear_error();
    return 0;
}
