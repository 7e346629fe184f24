// What a key of a JPKI card is for. One name for it in every room and program; the vendor interface and
// PKCS#11 have theirs.
#pragma once

#include <cstdint>

namespace jpki {

// Every family has at most these two: one PIN, one key and two certificates each.
enum class KeyPurpose : std::uint8_t { authentication, signature };

}  // namespace jpki
