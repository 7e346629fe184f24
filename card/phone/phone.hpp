// JPKI on phones (スマホ用電子証明書), since 2023: both keys as on the individual-number card, but the
// authentication certificate stands behind its PIN, too.
#pragma once

#include "profile/profile.hpp"

namespace jpki::card {

extern const Profile kAndroid;
extern const Profile kIphone;

}  // namespace jpki::card
