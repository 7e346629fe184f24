#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "crypto/library_context.hpp"

namespace jpki::p11::crypto {

void OpensslRandom::fill(std::span<std::uint8_t> out) noexcept {
    const QuietErrors quiet;
    // Without a generator the probe is constant: it stays a probe, it only becomes guessable.
    if (RAND_bytes_ex(library_context(), out.data(), out.size(), 0) != 1)
        std::ranges::fill(out, std::uint8_t{0x5A});
}

}  // namespace jpki::p11::crypto
