// Sixty-four ways for a certificate to lie. Data for the campaign and seeds for fuzzing.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "waist/bytes.hpp"

namespace jpki::campaign {

struct Variant {
    std::string name;
    std::function<Bytes(const Bytes& truth)> make;
};

std::span<const Variant> hostile_variants();

}  // namespace jpki::campaign
