// The basic-resident-register card (住民基本台帳カード), issued for JPKI from 2004 to 2015: one key, for
// signatures, RSA-1024. All its certificates have expired; it is of use for showing them.
#pragma once

#include "profile/profile.hpp"

namespace jpki::card {

extern const Profile kJuki;

}  // namespace jpki::card
