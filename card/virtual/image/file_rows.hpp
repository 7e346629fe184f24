// The rows of which personalisation makes a card's files, so that an application reads like a table.
// Used by image_maker.cpp and the makers in applications/. They hold no file of their own and decide nothing.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "virtual/image/image.hpp"
#include "virtual/image/rsa_key.hpp"

namespace jpki::vcard {

inline Bytes surface_name(std::uint8_t a, std::uint8_t b) {
    return {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, a, b};
}

inline File data(std::uint16_t id, Bytes body, Guard guard = kFree) {
    return {.id = id, .guard = guard, .body = std::move(body)};
}
inline File certificate(std::uint16_t id, Role role, Bytes der, std::size_t size, Guard guard = kFree) {
    const std::size_t whole = std::max(size, der.size());
    return {.id = id, .role = role, .guard = guard, .body = std::move(der), .size = whole};
}
// A file of one record, free to read.
inline File record(std::uint16_t id, Bytes body) {
    return {.id = id, .kind = FileKind::kRecord, .body = std::move(body)};
}
inline File pin(std::uint16_t id, std::string_view value, unsigned tries, Role role = Role::kNone) {
    return {.id = id,
            .kind = FileKind::kPin,
            .role = role,
            .guard = kNever,
            .body = to_bytes(value),
            .tries_left = tries,
            .tries_max = tries};
}
// Without a limit of tries, and nobody knows it.
inline File issuer_secret(std::uint16_t id) {
    return {.id = id, .kind = FileKind::kPin, .guard = kNever, .body = random_bytes(16)};
}
// Cards come with it locked.
inline File blocked_pin(std::uint16_t id) {
    return {.id = id, .kind = FileKind::kPin, .guard = kNever, .body = random_bytes(16), .tries_max = 3};
}
inline File private_key(std::uint16_t id, Role role, Guard guard, Bytes der) {
    return {.id = id, .kind = FileKind::kKey, .role = role, .guard = guard, .body = std::move(der)};
}
// A key reference that exists and that no holder can use.
inline File issuer_key(std::uint16_t id) { return {.id = id, .kind = FileKind::kKey, .guard = kNever}; }
inline File data_object(std::uint16_t tag, Bytes value) {
    return {.id = tag, .kind = FileKind::kObject, .body = std::move(value)};
}

}  // namespace jpki::vcard
