// Signatures checked by OpenSSL alone, with nothing of lib/ in between.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "jpki/cryptoki.h"
#include "waist/bytes.hpp"

namespace jpki::fuzz {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// Null when there is none in it.
Key key_of_certificate(ByteView der);
Key key_of_public_key_info(ByteView der);

// Whether `signature` is one over `data` by this mechanism of PKCS#11.
bool verifies(EVP_PKEY* key, CK_MECHANISM_TYPE mechanism, ByteView data, ByteView signature);

}  // namespace jpki::fuzz
