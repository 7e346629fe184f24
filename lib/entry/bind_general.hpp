// C_GetInfo for a list of a given version; shared by the three lists.
#pragma once

#include "jpki/cryptoki.h"

namespace jpki::p11 {

CK_RV get_info_as(CK_INFO_PTR info, CK_VERSION version) noexcept;

}  // namespace jpki::p11
