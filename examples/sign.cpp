// Signs a file with a JPKI card the way e-filing wants it: a CMS message beside the file, with the attributes
// of CAdES-BES. What a careful login is, login.hpp shows; it uses the module's vendor interface.
//
//   sign_cms jpki-pkcs11.so "JPKI Digital Signature" form.pdf form.p7s
//   openssl cms -verify -cades -CAfile sign-ca.pem -inform DER -in form.p7s
//       -binary -content form.pdf -out /dev/null
//
// It speaks PKCS#11 with the module; OpenSSL only puts the message together, with no engine and no provider.
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "login.hpp"
#include "token.hpp"

namespace {

template <auto Free>
struct Freer {
    void operator()(auto* object) const { Free(object); }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;

// What OpenSSL returns: a pointer or 1.
auto require(auto result) {
    if (!result) throw std::runtime_error("OpenSSL could not make the message");
    return result;
}

Bytes sha256(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> hash(require(EVP_MD_CTX_new()));
    require(EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr));
    std::array<char, 65536> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0)
        require(EVP_DigestUpdate(hash.get(), part.data(), static_cast<std::size_t>(file.gcount())));
    if (!file.eof()) throw std::runtime_error(std::string(path) + " cannot be read");
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    require(EVP_DigestFinal_ex(hash.get(), value.data(), &size));
    value.resize(size);
    return value;
}

// The DER that one of OpenSSL's i2d functions makes.
Bytes encode(auto i2d) {
    unsigned char* der = nullptr;
    const int size = i2d(&der);
    const Owned<unsigned char, [](unsigned char* bytes) { OPENSSL_free(bytes); }> owner(require(der));
    return {der, der + size};
}

// What is signed besides the file's hash. SigningCertificateV2 is what CAdES adds: the certificate's hash.
void add_attributes(PKCS7_SIGNER_INFO* signer, X509* certificate, const Bytes& digest) {
    const Owned<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free> name(
        require(OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), certificate, nullptr, 0)));
    const Bytes der = encode([&name](auto to) { return i2d_ESS_SIGNING_CERT_V2(name.get(), to); });
    Owned<ASN1_STRING, ASN1_STRING_free> text(require(ASN1_STRING_type_new(V_ASN1_SEQUENCE)));
    require(ASN1_STRING_set(text.get(), der.data(), static_cast<int>(der.size())));
    require(PKCS7_add_attrib_content_type(signer, nullptr));
    require(PKCS7_add0_attrib_signing_time(signer, nullptr));
    require(PKCS7_add1_attrib_digest(signer, digest.data(), static_cast<int>(digest.size())));
    require(PKCS7_add_signed_attribute(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE,
                                       text.release()));  // the message's now
}

Bytes make_cms(Session& session, const Bytes& digest) {
    const auto keys = session.objects(CKO_PRIVATE_KEY);
    if (keys.size() != 1) throw std::runtime_error("There is no key on this token.");
    const Bytes id = session.attribute(keys[0], CKA_ID);
    const Owned<PKCS7, PKCS7_free> cms(require(PKCS7_new()));
    require(PKCS7_set_type(cms.get(), NID_pkcs7_signed));
    require(PKCS7_content_new(cms.get(), NID_pkcs7_data));
    PKCS7_set_detached(cms.get(), 1);
    Owned<X509, X509_free> own;
    // The holder's certificate has the key's CKA_ID; the authority's goes along, for those who verify.
    for (const CK_OBJECT_HANDLE object : session.objects(CKO_CERTIFICATE)) {
        const Bytes der = session.attribute(object, CKA_VALUE);
        const unsigned char* at = der.data();
        Owned<X509, X509_free> certificate(require(d2i_X509(nullptr, &at, static_cast<long>(der.size()))));
        require(PKCS7_add_certificate(cms.get(), certificate.get()));
        if (session.attribute(object, CKA_ID) == id) own = std::move(certificate);
    }
    if (!own) throw std::runtime_error("There is no certificate for the key.");
    PKCS7_SIGNER_INFO* signer = require(PKCS7_SIGNER_INFO_new());
    require(PKCS7_SIGNER_INFO_set(signer, own.get(), X509_get0_pubkey(own.get()), EVP_sha256()));
    require(PKCS7_add_signer(cms.get(), signer));
    add_attributes(signer, own.get(), digest);
    const Bytes attributes = encode([set = reinterpret_cast<ASN1_VALUE*>(signer->auth_attr)](auto to) {
        return ASN1_item_i2d(set, to, ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
    });
    const Bytes signature = session.sign_sha256(keys[0], attributes);
    require(ASN1_STRING_set(signer->enc_digest, signature.data(), static_cast<int>(signature.size())));
    return encode([&cms](auto to) { return i2d_PKCS7(cms.get(), to); });
}

}  // namespace

int main(int argc, char** argv) try {
    const bool has_fd = argc == 7 && std::string_view(argv[1]) == "--pin-fd";
    if (argc != 5 && !has_fd) {
        (void)std::fprintf(stderr, "Usage: %s [--pin-fd N] MODULE TOKEN-LABEL FILE CMS-FILE\n", argv[0]);
        return 2;
    }
    char** argument = argv + (has_fd ? 3 : 1);
    const Bytes digest = sha256(argument[2]);  // before anybody types a PIN
    const Module module(argument[0]);
    const CK_SLOT_ID slot = module.find(argument[1]);
    Session session(module, slot);
    const long pin_fd = has_fd ? std::strtol(argv[2], nullptr, 10) : -1;
    log_in(module, slot, session, argument[1], static_cast<int>(pin_fd));
    const Bytes cms = make_cms(session, digest);
    std::ofstream file(argument[3], std::ios::binary);
    file.write(reinterpret_cast<const char*>(cms.data()), static_cast<std::streamsize>(cms.size()));
    if (!file.flush()) throw std::runtime_error(std::string(argument[3]) + " cannot be written");
    (void)std::printf("%s: signed by %s, %zu bytes in %s\n", argument[2], argument[1], cms.size(),
                      argument[3]);
    return 0;
} catch (const std::exception& failure) {
    (void)std::fprintf(stderr, "%s\n", failure.what());
    return 1;
}
