// DigestInfo: what RSASSA-PKCS1-v1_5 signs instead of a bare hash (RFC 8017 §9.2, note 1).
#pragma once

#include "crypto/digest.hpp"

namespace jpki::p11 {

// DER of DigestInfo with NULL parameters around `value`, which has the hash's size.
Bytes digest_info(crypto::Hash hash, ByteView value);

}  // namespace jpki::p11
