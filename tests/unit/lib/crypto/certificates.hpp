// The certificates that the tests of x509.cpp share: made here, and those of the virtual card's authorities.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <cstdio>

#include "test_pki.hpp"

namespace jpki::p11::testing {

inline Bytes authority(const std::string& name) {
    const std::string path = std::string(JPKI_IMAGE_DIR) + "/" + name;
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) {
        ADD_FAILURE() << "cannot open " << path;
        return {};
    }
    X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
    (void)std::fclose(file);
    if (certificate == nullptr) return {};
    const Bytes der = to_der(certificate, i2d_X509);
    X509_free(certificate);
    return der;
}

inline std::vector<Bytes> all_certificates() {
    CertificateOptions version1;
    version1.version = 0;
    CertificateOptions large;
    large.extra_extension = 700;
    return {authority("auth-ca.pem"), authority("sign-ca.pem"), make_certificate(common_key()),
            make_certificate(common_key(), version1), make_certificate(common_key(), large)};
}

}  // namespace jpki::p11::testing
