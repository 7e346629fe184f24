// The vendor interface of include/jpki/jpki_pkcs11.h.
#pragma once

#include "jpki/cryptoki.h"
// After cryptoki.h, which it builds on.
#include "jpki/jpki_pkcs11.h"

namespace jpki::p11 {

extern JPKI_FUNCTION_LIST g_vendor_list;

}  // namespace jpki::p11
