#include "crypto/library_context.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <atomic>

namespace jpki::p11::crypto {

namespace {

OSSL_LIB_CTX* make_context() noexcept {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") == nullptr) {
        OSSL_LIB_CTX_free(made);
        made = nullptr;
    }
    return made;
}

constinit std::atomic<OSSL_LIB_CTX*> g_context{nullptr};

}  // namespace

OSSL_LIB_CTX* library_context() noexcept {
    OSSL_LIB_CTX* known = g_context.load();
    if (known != nullptr) return known;
    OSSL_LIB_CTX* made = make_context();
    // Without memory nothing is kept: the next call may find some.
    if (made == nullptr || g_context.compare_exchange_strong(known, made)) return made;
    OSSL_LIB_CTX_free(made);
    return known;
}

namespace {
constinit std::atomic<bool> g_exiting{false};
}  // namespace

void process_exits() noexcept { g_exiting = true; }
bool process_is_exiting() noexcept { return g_exiting; }

void thread_ends() noexcept {
    if (!g_exiting) OPENSSL_thread_stop();
}

Errc reason_or(Errc otherwise) noexcept {
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE ? Errc::no_memory : otherwise;
}

QuietErrors::QuietErrors() noexcept { (void)ERR_set_mark(); }
QuietErrors::~QuietErrors() { (void)ERR_pop_to_mark(); }

}  // namespace jpki::p11::crypto
