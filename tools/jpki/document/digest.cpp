#include "document/digest.hpp"

#include <new>

namespace jpki::app {

RunningDigest::RunningDigest(const EVP_MD* hash) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), hash, nullptr) != 1) throw std::bad_alloc();
}

RunningDigest::RunningDigest(const RunningDigest& other) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) != 1) throw std::bad_alloc();
}

void RunningDigest::add(ByteView part) {
    if (EVP_DigestUpdate(context_.get(), part.data(), part.size()) != 1) throw std::bad_alloc();
}

Bytes RunningDigest::value() {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    if (EVP_DigestFinal_ex(context_.get(), value.data(), &length) != 1) throw std::bad_alloc();
    value.resize(length);
    return value;
}

Bytes digest(const EVP_MD* hash, std::initializer_list<ByteView> parts) {
    RunningDigest running(hash);
    for (const ByteView part : parts)
        running.add(part);
    return running.value();
}

}  // namespace jpki::app
