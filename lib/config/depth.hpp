// How deep a text of TOML nests, looked at before toml++ reads it: that makes one table in another for each
// dot of a key and each bracket, by recursion, on stacks of unknown size. Knows strings and comments of
// TOML 1.0, and judges nothing else; used by config.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jpki::p11 {

constexpr std::size_t kMaximumDepth = 16;  // our keys need three: application.PROGRAM.key

struct TextPlace {
    std::uint32_t line = 1;    // from 1
    std::uint32_t column = 1;  // from 1, in bytes
};

// The first place that is deeper; nothing if none is.
std::optional<TextPlace> too_deep(std::string_view text);

}  // namespace jpki::p11
