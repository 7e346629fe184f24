// The individual-number card (個人番号カード), issued since 2016: both keys RSA-2048 under one application.
#pragma once

#include "profile/profile.hpp"

namespace jpki::card {

extern const Profile kMyNumber;

}  // namespace jpki::card
