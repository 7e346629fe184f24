// What the JPKI families have in common: one application, one layout of its files, and tokens that differ in
// a number or two. Families are made of these in their own folders.
#pragma once

#include "profile/profile.hpp"

namespace jpki::card {

inline constexpr std::array<std::uint8_t, 10> kJpkiApplication{0xD3, 0x92, 0xF0, 0x00, 0x26,
                                                               0x01, 0x00, 0x00, 0x00, 0x01};

// The GlobalPlatform card manager, then the surface-entry helper application (券面入力補助AP).
inline constexpr std::array<std::uint8_t, 7> kCardManager{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00};
inline constexpr std::array<std::uint8_t, 10> kSurfaceHelper{0xD3, 0x92, 0x10, 0x00, 0x31,
                                                             0x00, 0x01, 0x01, 0x04, 0x08};
inline constexpr std::array<std::span<const std::uint8_t>, 2> kNeutralApplications{
    std::span<const std::uint8_t>(kCardManager), std::span<const std::uint8_t>(kSurfaceHelper)};

inline constexpr std::array<KeyFiles, 2> kJpkiFiles{{
    {.certificates = {{{0x000A, 0x0A}, {0x000B, 0x0B}}}, .pin = {0x0018, 0x18}, .key = {0x0017, 0x17}},
    {.certificates = {{{0x0001, 0x01}, {0x0002, 0x02}}}, .pin = {0x001B, 0x1B}, .key = {0x001A, 0x1A}},
}};
inline constexpr FileId kTokenInformation{0x0006, 0x06};

constexpr TokenProfile authentication_token(bool certificate_needs_login) {
    return {
        .pin = {.min_length = 4, .max_length = 4, .max_tries = 3, .alphabet = Alphabet::digits},
        .key = {.modulus_bits = 2048},
        .certificates = {{{.needs_login = certificate_needs_login}, {.needs_login = false}}},
    };
}

constexpr TokenProfile signature_token(std::uint8_t shortest_password, std::uint16_t modulus_bits) {
    return {
        .pin = {.min_length = shortest_password,
                .max_length = 16,
                .max_tries = 5,
                .alphabet = Alphabet::upper_alphanumeric},
        .key = {.modulus_bits = modulus_bits},
        .certificates = {{{.needs_login = true}, {.needs_login = false}}},
    };
}

}  // namespace jpki::card
