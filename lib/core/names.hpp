// What the tokens and objects of each key are called: labels and CKA_IDs, the same for every family of cards,
// and fixed, because users' configurations rest on them. Data only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "waist/card_port.hpp"

namespace jpki::p11 {

struct ObjectName {
    std::string_view label;
    std::uint8_t id;  // CKA_ID, one byte: keys have that of their certificate
};

struct TokenNames {
    std::string_view label;           // at most 32 bytes
    std::string_view japanese_label;  // the same
    ObjectName user_certificate;
    ObjectName ca_certificate;
    ObjectName public_key;
    ObjectName private_key;
};

inline constexpr std::array<TokenNames, 2> kNames{{
    {.label = "JPKI User Authentication",
     .japanese_label = "JPKI 利用者証明用",
     .user_certificate = {"User Authentication Certificate", 0x01},
     .ca_certificate = {"User Authentication CA Certificate", 0x03},
     .public_key = {"User Authentication Public Key", 0x01},
     .private_key = {"User Authentication Key", 0x01}},
    {.label = "JPKI Digital Signature",
     .japanese_label = "JPKI 署名用",
     .user_certificate = {"Digital Signature Certificate", 0x02},
     .ca_certificate = {"Digital Signature CA Certificate", 0x04},
     .public_key = {"Digital Signature Public Key", 0x02},
     .private_key = {"Digital Signature Key", 0x02}},
}};

constexpr const TokenNames& names_of(KeyPurpose purpose) { return kNames[index_of(purpose)]; }

}  // namespace jpki::p11
