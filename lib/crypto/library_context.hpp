// Our own OpenSSL library context: default provider only, no openssl.cnf, so that a host which configures us
// as its provider cannot make us call ourselves. Made at first use and kept for the life of the process:
// freeing it could meet OpenSSL's own exit handlers.
#pragma once

#include <openssl/types.h>

#include "waist/error.hpp"
#include "waist/owned.hpp"

namespace jpki::p11::crypto {

// Null when OpenSSL has no memory or no default provider. Callers must not go on with null: to OpenSSL that
// is the host's context.
OSSL_LIB_CTX* library_context() noexcept;

// False where the linker has bound us to an OpenSSL that the program has in itself and shows to everybody,
// and not to libcrypto: that may be another version, or BoringSSL, and nothing here can be relied upon.
bool is_libcrypto() noexcept;

// The calling thread of ours ends: frees what OpenSSL keeps for it. Nothing once process_exits() was called,
// because then OpenSSL may have been torn down before us.
void thread_ends() noexcept;
void process_exits() noexcept;
bool process_is_exiting() noexcept;

// Why OpenSSL has just failed: no_memory, or else what its failure means to the caller. Ask while QuietErrors
// still stands.
Errc reason_or(Errc otherwise) noexcept;

// Drops what our calls left in this thread's error queue: it belongs to the host.
class QuietErrors {
  public:
    QuietErrors() noexcept;
    ~QuietErrors();
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
};

}  // namespace jpki::p11::crypto
