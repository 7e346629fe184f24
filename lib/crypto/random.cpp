#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "crypto/library_context.hpp"

namespace jpki::p11::crypto {

void OpensslRandom::fill(std::span<std::uint8_t> out) noexcept {
    // Without a generator the probe is constant: it stays a probe, it only becomes guessable. At the end of
    // the process OpenSSL may be gone already.
    std::ranges::fill(out, std::uint8_t{0x5A});
    if (process_is_exiting()) return;
    const QuietErrors quiet;
    (void)RAND_bytes_ex(library_context(), out.data(), out.size(), 0);
}

}  // namespace jpki::p11::crypto
