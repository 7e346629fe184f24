// The Random seam over OpenSSL's generator in our own library context.
#pragma once

#include "waist/random.hpp"

namespace jpki::p11::crypto {

class OpensslRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) noexcept override;
};

}  // namespace jpki::p11::crypto
