#include "support/openssl.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static EVP_PKEY* key_of(const unsigned char* certificate, size_t size) {
    X509* parsed = d2i_X509(NULL, &certificate, (long)size);
    EVP_PKEY* key = parsed == NULL ? NULL : X509_get_pubkey(parsed);
    X509_free(parsed);
    return key;
}

static int verify_digest(EVP_PKEY* key, const char* digest, const unsigned char* data, size_t data_size,
                         const unsigned char* signature, size_t signature_size) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const int right = EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
                      EVP_DigestVerify(context, signature, signature_size, data, data_size) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

static int verify_bare(EVP_PKEY* key, const unsigned char* data, size_t data_size,
                       const unsigned char* signature, size_t signature_size) {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, NULL);
    const int right = EVP_PKEY_verify_init(context) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                      EVP_PKEY_verify(context, signature, signature_size, data, data_size) == 1;
    EVP_PKEY_CTX_free(context);
    return right;
}

int openssl_verifies(const unsigned char* certificate, size_t certificate_size, const char* digest,
                     const unsigned char* data, size_t data_size, const unsigned char* signature,
                     size_t signature_size) {
    EVP_PKEY* key = key_of(certificate, certificate_size);
    if (key == NULL) return 0;
    const int right = digest == NULL ? verify_bare(key, data, data_size, signature, signature_size)
                                     : verify_digest(key, digest, data, data_size, signature, signature_size);
    EVP_PKEY_free(key);
    return right;
}

int openssl_verifies_pss(const unsigned char* certificate, size_t certificate_size, const unsigned char* data,
                         size_t data_size, const unsigned char* signature, size_t signature_size) {
    EVP_PKEY* key = key_of(certificate, certificate_size);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* parameters = NULL;  // the context's own
    // MGF1 takes the message's hash unless told otherwise.
    const int right = key != NULL &&
                      EVP_DigestVerifyInit_ex(context, &parameters, "SHA256", NULL, NULL, key, NULL) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
                      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                      EVP_DigestVerify(context, signature, signature_size, data, data_size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return right;
}
