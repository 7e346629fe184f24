// Byte containers and the one bounds-checked way to look into them.
// Used by every room, including the far end of the wire (card/virtual), so this file knows nothing of cards
// or of PKCS#11. It never owns secrets: those live in secret.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jpki {

// Gives memory back empty: the card's answers name its holder, and what is forgotten must not stay readable
// in what was freed.
template <class T>
struct CleansingAllocator : std::allocator<T> {
    template <class U>
    struct rebind {
        using other = CleansingAllocator<U>;
    };
    CleansingAllocator() noexcept = default;
    template <class U>
    CleansingAllocator(const CleansingAllocator<U>& /*other*/) noexcept {}  // NOLINT: as allocators convert

    void deallocate(T* memory, std::size_t count) noexcept {
        ::explicit_bzero(memory, count * sizeof(T));
        std::allocator<T>::deallocate(memory, count);
    }
};

using Bytes = std::vector<std::uint8_t, CleansingAllocator<std::uint8_t>>;
using ByteView = std::span<const std::uint8_t>;

// Part of `data` from `offset`, at most `count` bytes; what lies outside is simply not there (never throws).
constexpr ByteView slice(ByteView data, std::size_t offset,
                         std::size_t count = static_cast<std::size_t>(-1)) noexcept {
    if (offset > data.size()) return {};
    return data.subspan(offset, std::min(count, data.size() - offset));
}

inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }

inline Bytes to_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

inline void append(Bytes& to, ByteView what) { to.insert(to.end(), what.begin(), what.end()); }

inline bool equal(ByteView a, ByteView b) noexcept { return std::ranges::equal(a, b); }

inline bool starts_with(ByteView data, ByteView prefix) noexcept {
    return data.size() >= prefix.size() && equal(data.first(prefix.size()), prefix);
}

// Upper-case hexadecimal without separators.
inline std::string to_hex(ByteView data) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(data.size() * 2);
    for (const std::uint8_t byte : data) {
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0x0FU];
    }
    return out;
}

}  // namespace jpki
