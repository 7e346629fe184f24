// What a key of a JPKI card is for. One name for it in every room and program; the vendor interface and
// PKCS#11 have theirs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace jpki {

// Every family has at most these two: one PIN, one key and two certificates each.
enum class KeyPurpose : std::uint8_t { authentication, signature };
inline constexpr std::array kKeyPurposes{KeyPurpose::authentication, KeyPurpose::signature};
constexpr std::size_t index_of(KeyPurpose purpose) { return static_cast<std::size_t>(purpose); }

}  // namespace jpki
