// Hashes of what is signed: of bytes, of files of any size.
#pragma once

#include <openssl/evp.h>

#include <functional>
#include <initializer_list>
#include <span>

#include "document/certificate.hpp"

namespace jpki::app {

// One hash, part by part; a copy goes on from where the original stands. Throws bad_alloc.
class RunningDigest {
  public:
    explicit RunningDigest(const EVP_MD* hash);
    RunningDigest(const RunningDigest& other);
    RunningDigest& operator=(const RunningDigest&) = delete;
    ~RunningDigest() = default;
    void add(ByteView part);
    Bytes value();

  private:
    Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

// One after another, as if they were one.
Bytes digest(const EVP_MD* hash, std::initializer_list<ByteView> parts);

// The hash of some content, whose algorithm a signature names.
using ContentDigest = std::function<Bytes(const EVP_MD*)>;

}  // namespace jpki::app
