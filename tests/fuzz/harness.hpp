// What every harness shares: the input as a stream of small values, and what to do when a promise is broken.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <span>

#include "waist/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace jpki::fuzz {

// libFuzzer keeps the input that led here; a replay fails.
inline void require(bool holds, const char* promise, unsigned long detail = 0) {
    if (holds) return;
    (void)std::fprintf(stderr, "BROKEN PROMISE: %s (0x%lx)\n", promise, detail);
    std::abort();
}

// Reads from the front; past the end there are zeros.
class Input {
  public:
    explicit Input(ByteView bytes) : rest_(bytes) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] ByteView rest() const { return rest_; }

    std::uint8_t byte() {
        const ByteView one = take(1);
        return one.empty() ? std::uint8_t{0} : one[0];
    }
    std::uint16_t pair() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>((high << 8U) | byte());
    }
    // At most `count` bytes: what there is of them.
    ByteView take(std::size_t count) {
        const ByteView part = slice(rest_, 0, count);
        rest_ = rest_.subspan(part.size());
        return part;
    }
    template <class T, std::size_t N>
    const T& one_of(const T (&choices)[N]) {
        return choices[byte() % N];
    }

  private:
    ByteView rest_;
};

}  // namespace jpki::fuzz
