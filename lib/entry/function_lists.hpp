// The three function lists and the interfaces that offer them, built from functions.def at compile time.
#pragma once

#include <array>
#include <span>

#include "jpki/cryptoki.h"

namespace jpki::p11 {

CK_FUNCTION_LIST* list_2_40() noexcept;
// PKCS 11 3.2, 3.0, 2.40, then the vendor's.
std::span<CK_INTERFACE> interfaces() noexcept;

}  // namespace jpki::p11
