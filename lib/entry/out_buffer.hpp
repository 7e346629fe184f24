// The rules for output buffers (PKCS#11 3.2 §5.2), once. No other file writes through a caller's pointer to a
// buffer.
#pragma once

#include <algorithm>
#include <cstddef>

#include "jpki/cryptoki.h"
#include "waist/bytes.hpp"
#include "waist/result.hpp"

namespace jpki::p11 {

// A buffer of `T` with its count: null asks for the length, too small is told the length and left untouched.
template <class T>
class OutBuffer {
  public:
    OutBuffer(T* items, CK_ULONG* count) : items_(items), count_(count) {}

    [[nodiscard]] bool valid() const noexcept { return count_ != nullptr; }
    [[nodiscard]] bool asks_length() const noexcept { return items_ == nullptr; }

    // Whether `needed` items fit; the count is set to `needed` when only the length was asked or they do not.
    // Errors: buffer_too_small.
    Status reserve(std::size_t needed) {
        const bool fits = items_ != nullptr && *count_ >= needed;
        if (fits) return {};
        *count_ = static_cast<CK_ULONG>(needed);
        if (items_ == nullptr) return {};
        return fail(Errc::buffer_too_small);
    }

    template <class Range>
    void write(const Range& items) {
        std::copy(std::begin(items), std::end(items), items_);
        *count_ = static_cast<CK_ULONG>(std::size(items));
    }

  private:
    T* items_;
    CK_ULONG* count_;
};

// One call of the two-call pattern for a list.
template <class T, class Range>
Status deliver(OutBuffer<T> out, const Range& items) {
    if (!out.valid()) return fail(Errc::arguments_bad);
    JPKI_TRY(out.reserve(std::size(items)));
    if (!out.asks_length()) out.write(items);
    return {};
}

// Blank-padded, without NUL, cut at a character's boundary (PKCS#11 3.2 §2.2, UTF-8).
void pad(std::string_view text, CK_UTF8CHAR* field, std::size_t size);

}  // namespace jpki::p11
