// The one map from our errors to PKCS#11's return values (PKCS#11 3.2 §5.1).
#pragma once

#include "jpki/error.hpp"
#include "pkcs11/cryptoki.h"

namespace jpki::p11 {

CK_RV to_rv(Errc code) noexcept;

}  // namespace jpki::p11
