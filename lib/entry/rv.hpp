// Our errors as PKCS#11's return values, by the rows of rv.def.
#pragma once

#include "jpki/cryptoki.h"
#include "waist/error.hpp"

namespace jpki::p11 {

CK_RV to_rv(Errc code) noexcept;
// The same value's name, for the log.
const char* rv_name(Errc code) noexcept;

}  // namespace jpki::p11
