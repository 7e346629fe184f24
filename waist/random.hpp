// Random bytes for what must not be guessable (the logout proof signs them). Tests replace it by a seeded
// one.
#pragma once

#include <cstdint>
#include <span>

namespace jpki {

class Random {
  public:
    Random() = default;
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;
    virtual ~Random() = default;

    virtual void fill(std::span<std::uint8_t> out) noexcept = 0;
};

}  // namespace jpki
