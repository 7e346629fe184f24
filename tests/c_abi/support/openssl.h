// Signatures checked by OpenSSL, so that the module is not its own witness.
#ifndef JPKI_C_ABI_OPENSSL_H
#define JPKI_C_ABI_OPENSSL_H

#include <stddef.h>

// PKCS#1 v1.5 with the key of a DER certificate. `digest` is "SHA256" and the like, and NULL means that
// `data` was padded as it is. 1 when the signature is right.
int openssl_verifies(const unsigned char* certificate, size_t certificate_size, const char* digest,
                     const unsigned char* data, size_t data_size, const unsigned char* signature,
                     size_t signature_size);

// RSASSA-PSS with SHA-256, MGF1 with the same, and a salt of 32 bytes.
int openssl_verifies_pss(const unsigned char* certificate, size_t certificate_size, const unsigned char* data,
                         size_t data_size, const unsigned char* signature, size_t signature_size);

#endif
