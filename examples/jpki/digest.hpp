// Hashes of what is signed: of octets, of files of any size.
#pragma once

#include <openssl/evp.h>

#include <functional>
#include <initializer_list>
#include <span>
#include <string>

#include "module.hpp"

namespace jpki::app {

using View = std::span<const std::uint8_t>;

// One after another, as if they were one.
Octets digest(const EVP_MD* hash, std::initializer_list<View> parts);

// In pieces, so that the file may be larger than memory. Throws Failure.
Octets digest_of_file(const EVP_MD* hash, const std::string& path);

// The hash of some content, whose algorithm a signature names.
using ContentDigest = std::function<Octets(const EVP_MD*)>;

}  // namespace jpki::app
