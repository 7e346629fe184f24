// Our own OpenSSL library context: default provider only, no openssl.cnf, so that a host which configures us
// as its provider cannot make us call ourselves. Made at first use and kept for the life of the process:
// freeing it could meet OpenSSL's own exit handlers.
#pragma once

#include <openssl/types.h>

#include <memory>

namespace jpki::p11::crypto {

// Null when OpenSSL has no memory or no default provider.
OSSL_LIB_CTX* library_context() noexcept;

// The calling thread of ours ends: frees what OpenSSL keeps for it. Nothing once process_exits() was called,
// because then OpenSSL may have been torn down before us.
void thread_ends() noexcept;
void process_exits() noexcept;
bool process_is_exiting() noexcept;

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

// Drops what our calls left in this thread's error queue: it belongs to the host.
class QuietErrors {
  public:
    QuietErrors() noexcept;
    ~QuietErrors();
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
};

}  // namespace jpki::p11::crypto
